#include "models/nowcast_reach.hpp"

#include <algorithm>

namespace stormsweep {

namespace {

/// What each pixel of a layer reaches, along one axis.
using Layer = std::vector<Reach>;

Layer convolved(const Layer& layer, std::size_t kernel, std::size_t stride = 1) {
  Layer result;
  for (std::size_t i = 0; i + kernel <= layer.size(); i += stride) {
    Reach all = layer[i];
    for (std::size_t j = i; j < i + kernel; ++j) {
      all = {std::min(all.first, layer[j].first), std::max(all.last, layer[j].last)};
    }
    result.push_back(all);
  }
  return result;
}

Layer doubled(const Layer& layer) {
  Layer result;
  for (const Reach& reach : layer) result.insert(result.end(), 2, reach);
  return result;
}

/// What either reaches: `b`, from its pixel `offset` on, laid on `a`, as far as both go.
Layer joined(const Layer& a, const Layer& b, std::size_t offset = 0) {
  Layer result(std::min(a.size(), b.size() - offset));
  for (std::size_t i = 0; i < result.size(); ++i) {
    const Reach& other = b[i + offset];
    result[i] = {std::min(a[i].first, other.first), std::max(a[i].last, other.last)};
  }
  return result;
}

/// Without the first pixel, and so the last.
Layer cropped(const Layer& layer) {
  return {layer.begin() + 1, layer.end() - 1};
}

/// As a mean of every two.
Layer halved(const Layer& layer) {
  return convolved(layer, 2, 2);
}

/// Each pixel its own.
Layer input(std::int64_t side) {
  Layer result;
  for (std::int64_t i = 0; i < side; ++i) result.push_back({i, i});
  return result;
}

}  // namespace

std::vector<Reach> nowcast_cnn_reach() {
  const Layer e1 = convolved(input(256), 7, 2), e2 = convolved(e1, 7, 2), e3 = convolved(e2, 7, 2),
              e4 = convolved(e3, 7, 2);
  // Kernels, skips' offsets and crops: nowcast_cnn.cpp.
  const Layer d1 = convolved(joined(doubled(e4), e3, 2), 7), o8 = convolved(d1, 5);
  const Layer d2 = cropped(convolved(joined(doubled(d1), e2, 14), 7));
  const Layer f2 = joined(d2, doubled(o8)), o4 = convolved(f2, 5);
  const Layer d3 = cropped(convolved(joined(doubled(f2), e1, 38), 7));
  const Layer f3 = joined(d3, doubled(o4)), o2 = convolved(f3, 5);
  const Layer d4 = cropped(convolved(doubled(f3), 7));
  const Layer f4 = joined(d4, doubled(o2));
  Layer o1 = convolved(convolved(convolved(f4, 7), 7), 7);
  o1.resize(16);
  return o1;
}

std::vector<Reach> nowcast_unet_reach() {
  const auto block = [](const Layer& layer) { return convolved(convolved(layer, 3), 3); };
  const Layer e1 = block(input(140)), e2 = block(halved(e1)), e3 = block(halved(e2)), e4 = block(halved(e3));
  // Skips' offsets: nowcast_unet.cpp.
  const Layer d3 = block(joined(doubled(e4), e3, 4)), d2 = block(joined(doubled(d3), e2, 16));
  Layer d1 = block(joined(doubled(d2), e1, 40));
  d1.resize(8);
  return d1;
}

}  // namespace stormsweep
