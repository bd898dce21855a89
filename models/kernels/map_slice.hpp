#pragma once

#include <cstdint>
#include <optional>

#include <torch/types.h>

namespace stormsweep {

/// map.slice(axis, begin, end, step), of whose gradient the rest lies in memory as `map` [n, channels, height, width]
/// does. LibTorch's own makes planes always; where channels come last, all that it meets is then turned round.
torch::Tensor map_slice(const torch::Tensor& map, std::int64_t axis, std::int64_t begin,
                        std::optional<std::int64_t> end = {}, std::int64_t step = 1);

}  // namespace stormsweep
