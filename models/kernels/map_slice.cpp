#include "models/kernels/map_slice.hpp"

#include <array>

namespace stormsweep {

torch::Tensor map_slice(const torch::Tensor& map, std::int64_t axis, std::int64_t begin,
                        std::optional<std::int64_t> end, std::int64_t step) {
  const std::int64_t last = end.value_or(map.size(axis));
  if (map.stride(1) != 1 || map.is_contiguous()) return map.slice(axis, begin, last, step);
  constexpr std::array<std::int64_t, 4> places{0, 3, 1, 2};
  return map.permute({0, 2, 3, 1})
      .slice(places[static_cast<std::size_t>(axis)], begin, last, step)
      .permute({0, 3, 1, 2});
}

std::int64_t pixel_step(const torch::Tensor& map) {
  return map.is_contiguous(torch::MemoryFormat::ChannelsLast) ? map.size(1) : map.stride(3);
}

torch::Tensor cut(const torch::Tensor& map, std::int64_t top, std::int64_t left, std::int64_t height,
                  std::int64_t width) {
  return map_slice(map_slice(map, 2, top, top + height), 3, left, left + width);
}

torch::Tensor thinned(const torch::Tensor& map, std::int64_t step) {
  return map_slice(map_slice(map, 2, 0, {}, step), 3, 0, {}, step);
}

}  // namespace stormsweep
