#pragma once

#include <optional>
#include <span>

namespace stormsweep {

/// The value below which `percentile` per cent of the finite `values` lie, linear between neighbours; nothing where
/// none is finite.
std::optional<float> percentile_of(std::span<const float> values, double percentile);

}  // namespace stormsweep
