#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "search/space/exclusion.hpp"

namespace stormsweep {

/// Points of a grid of these sizes that none of `exclusions` covers, counted axis by axis, beginning with the axes that
/// most exclusions name. Digits that leave the same exclusions open have equally many points beneath them, which are
/// counted once. Nothing where that takes too long (20 ms).
std::optional<std::uint64_t> count_uncovered(std::span<const std::uint32_t> sizes,
                                             std::span<const Exclusion> exclusions);

}  // namespace stormsweep
