#include "experiments/nowcast/seen_centre.hpp"

#include <iterator>
#include <vector>

#include "datasets/nowcast/nowcast_patch_draw.hpp"
#include "datasets/nowcast/patch_extrapolation.hpp"
#include "models/nowcast_loss.hpp"

namespace stormsweep {

torch::Tensor seen_centre(std::span<const std::uint16_t> images, const NowcastPatches& patches) {
  std::vector<float> values = physical(images, patches.meta().scale);
  const std::int64_t side = patches.side(), count = std::ssize(values) / (side * side);
  return centre(torch::from_blob(values.data(), {1, count, side, side}), nowcast_centre).clone();
}

}  // namespace stormsweep
