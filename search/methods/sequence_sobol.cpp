#include "search/methods/sequence.hpp"

#include <algorithm>
#include <boost/random/sobol.hpp>
#include <memory>

#include "search/base/seed.hpp"
#include "search/methods/drawn_sequence.hpp"

namespace stormsweep {

namespace {

__extension__ using Wide = unsigned __int128;

class Sobol {
 public:
  Sobol(const Space& space, const Grid& grid)
      : sizes_(grid.sizes().begin(), grid.sizes().end()), continuous_(space.continuous_axes()), engine_(dimensions()) {
    for (std::size_t axis = 0; axis < dimensions(); ++axis) shifts_.push_back(derive_seed(space.seed, "sobol", {axis}));
  }

  Point draw() {
    Point point;
    std::size_t axis = 0;
    const auto bits = [&] { return engine_() ^ shifts_[axis++]; };
    for (const std::uint32_t size : sizes_)
      point.digits.push_back(size == 1 ? 0 : static_cast<std::uint32_t>(static_cast<Wide>(bits()) * size >> 64));
    for (std::size_t i = 0; i < continuous_; ++i) point.places.push_back(static_cast<double>(bits() >> 11) * 0x1p-53);
    return point;
  }

 private:
  /// An axis of one value needs none; the engine wants one at least.
  std::size_t dimensions() const {
    const auto vary = std::count_if(sizes_.begin(), sizes_.end(), [](std::uint32_t size) { return size > 1; });
    return std::max<std::size_t>(1, static_cast<std::size_t>(vary) + continuous_);
  }

  std::vector<std::uint32_t> sizes_;
  std::size_t continuous_;
  boost::random::sobol engine_;
  std::vector<std::uint64_t> shifts_;
};

}  // namespace

std::unique_ptr<Sequence> sobol_sequence(const Space& space) {
  return std::make_unique<DrawnSequence>(space, [&](const Grid& grid) -> DrawnSequence::Draw {
    return [sobol = Sobol(space, grid)](std::uint64_t) mutable { return sobol.draw(); };
  });
}

}  // namespace stormsweep
