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

}  // namespace stormsweep
