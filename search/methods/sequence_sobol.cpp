#include "search/methods/sequence.hpp"

#include <algorithm>
#include <memory>

#include "search/base/seed.hpp"
#include "search/methods/drawn_sequence.hpp"
#include "search/methods/sobol_points.hpp"

namespace stormsweep {

namespace {

class Sobol {
 public:
  Sobol(const Space& space, const DrawnSequence::Sizes& sizes)
      : sizes_(sizes), continuous_(space.continuous_axes()), points_(dimensions(), derive_seed(space.seed, "sobol")) {}

  DrawnPoint draw() {
    const std::vector<double> numbers = points_.next();
    auto number = numbers.begin();
    DrawnPoint point;
    for (const std::uint32_t size : sizes_)
      point.digits.push_back(size == 1 ? 0 : static_cast<std::uint32_t>(*number++ * size));
    point.places.assign(number, number + static_cast<std::ptrdiff_t>(continuous_));
    return point;
  }

 private:
  /// An axis of one value needs no dimension; the sequence must have at least one.
  std::size_t dimensions() const {
    const auto vary = std::count_if(sizes_.begin(), sizes_.end(), [](std::uint32_t size) { return size > 1; });
    return std::max<std::size_t>(1, static_cast<std::size_t>(vary) + continuous_);
  }

  DrawnSequence::Sizes sizes_;
  std::size_t continuous_;
  SobolPoints points_;
};

}  // namespace

std::unique_ptr<Sequence> sobol_sequence(const Space& space) {
  return std::make_unique<DrawnSequence>(space, [&](const DrawnSequence::Sizes& sizes) -> DrawnSequence::Draw {
    return [sobol = Sobol(space, sizes)](std::uint64_t) mutable { return sobol.draw(); };
  });
}

}  // namespace stormsweep
