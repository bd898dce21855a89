#include "search/methods/sobol_points.hpp"

#include "search/base/seed.hpp"

namespace stormsweep {

SobolPoints::SobolPoints(std::size_t dimensions, std::uint64_t seed) : engine_(dimensions), shifts_(dimensions) {
  for (std::size_t j = 0; j < dimensions; ++j) shifts_[j] = derive_seed(seed, "sobol", {j});
}

std::vector<double> SobolPoints::next() {
  std::vector<double> point;
  point.reserve(shifts_.size());
  for (const std::uint64_t shift : shifts_) point.push_back(static_cast<double>((engine_() ^ shift) >> 11) * 0x1.0p-53);
  return point;
}

}  // namespace stormsweep
