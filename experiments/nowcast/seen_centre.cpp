#include "experiments/nowcast/seen_centre.hpp"

#include <torch/utils.h>
#include <algorithm>
#include <iterator>

#include "datasets/nowcast/nowcast_patch_draw.hpp"
#include "datasets/nowcast/patch_extrapolation.hpp"

namespace stormsweep {

torch::Tensor seen_centre(std::span<const std::uint16_t> images, const NowcastPatches& patches) {
  const std::int64_t side = patches.side(), count = std::ssize(images) / (side * side);
  const std::int64_t margin = (side - nowcast_centre) / 2;
  torch::Tensor result = torch::empty({1, count, nowcast_centre, nowcast_centre});
  float* out = result.data_ptr<float>();
  for (std::int64_t row = 0; row < count * nowcast_centre; ++row) {
    const std::int64_t line = row / nowcast_centre * side + margin + row % nowcast_centre;
    const auto pixels = images.subspan(static_cast<std::size_t>(line * side + margin), nowcast_centre);
    out = std::ranges::copy(physical(pixels, patches.meta().scale), out).out;
  }
  return result;
}

}  // namespace stormsweep
