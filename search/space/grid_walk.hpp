#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "search/space/exclusion.hpp"

namespace stormsweep {

/// The first point at or after `from`, in the order of a grid of these sizes, that none of `exclusions` covers.
///
/// Goes axis by axis, and back where every digit is covered. The exclusions that together cover all digits of an axis
/// imply an exclusion of the axes before it (resolution), which skips all points that meet it at once: so a condition
/// on the last axis costs no more than one on the first. (Abo Khamis, Ngo, Re and Rudra 2016, "Joins via geometric
/// resolutions".)
std::optional<Digits> first_uncovered(std::span<const std::uint32_t> sizes, std::span<const Exclusion> exclusions,
                                      Digits from);

}  // namespace stormsweep
