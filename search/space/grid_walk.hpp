#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "search/space/exclusion.hpp"

namespace stormsweep {

/// The first point at or after `from`, in the order of a grid of these sizes, that none of `exclusions` covers.
///
/// Axis by axis, back where every digit is covered. What the exclusions that cover all digits of an axis ask together
/// of the axes before it, is an exclusion too (resolution), by which all points that meet it are passed over at once:
/// so a condition on the last axis costs no more than one on the first. (Abo Khamis, Ngo, Re and Rudra 2016, "Joins via
/// geometric resolutions".)
std::optional<Digits> first_uncovered(std::span<const std::uint32_t> sizes, std::span<const Exclusion> exclusions,
                                      Digits from);

}  // namespace stormsweep
