#include "search/methods/sequence.hpp"

#include "search/base/permutation.hpp"
#include "search/base/random.hpp"
#include "search/base/seed.hpp"
#include "search/methods/drawn_sequence.hpp"

namespace stormsweep {

namespace {

/// A finite grid in a random order.
class ShuffledGrid : public Sequence {
 public:
  explicit ShuffledGrid(const Space& space)
      : space_(space),
        trainings_(space_),
        grid_(trainings_.settled_grid()),
        order_(grid_.size(), derive_seed(space.seed, "random")),
        first_(first()),
        end_(grid_.size()) {
    if (space.method.trials) stop_after(*space.method.trials);
  }

  std::optional<Training> at(TrainingId id) override {
    if (id.value >= end_) return std::nullopt;
    return trainings_.at(id, grid_.digits(point(id.value)));
  }

  std::optional<Training> next(TrainingId from) override {
    for (; from.value < end_; ++from.value)
      if (auto training = at(from)) return training;
    return std::nullopt;
  }

  std::optional<std::uint64_t> trials() override {
    if (!space_.method.trials) return space_.grid.count();
    return trials_;
  }

 private:
  std::uint64_t first() const {
    const auto guess = guessed_point(
        space_, trainings_,
        [this](std::uint64_t number) {
          return Point{grid_.digits(order_.at(number)), {}};
        },
        grid_.size());
    return guess ? grid_.index(guess->digits) : order_.at(0);
  }

  /// The guess changes places with what was first.
  std::uint64_t point(std::uint64_t number) const {
    const std::uint64_t point = number == 0 ? first_ : order_.at(number);
    return number > 0 && point == first_ ? order_.at(0) : point;
  }

  void stop_after(std::uint64_t trainings) {
    std::uint64_t number = 0;
    for (; trainings > 0 && number < end_; ++number) {
      const auto training = at({number});
      trials_ += training ? training->trials() : 0;
      trainings -= training ? 1 : 0;
    }
    end_ = number;
  }

  const Space space_;
  const Trainings trainings_;
  const SettledGrid grid_;
  const Permutation order_;
  const std::uint64_t first_;
  std::uint64_t end_, trials_ = 0;
};

/// Independent uniform points.
DrawnSequence::Draw independent(const Space& space, const DrawnSequence::Sizes& sizes) {
  return [seed = space.seed, continuous = space.continuous_axes(), sizes](std::uint64_t number) {
    RandomStream stream(derive_seed(seed, "random", {number}));
    Point point;
    for (const std::uint32_t size : sizes) point.digits.push_back(static_cast<std::uint32_t>(stream.below(size)));
    for (std::size_t i = 0; i < continuous; ++i) point.places.push_back(stream.uniform());
    return point;
  };
}

}  // namespace

std::unique_ptr<Sequence> random_sequence(const Space& space) {
  if (space.continuous_axes() == 0) return std::make_unique<ShuffledGrid>(space);
  return std::make_unique<DrawnSequence>(space,
                                         [&](const DrawnSequence::Sizes& sizes) { return independent(space, sizes); });
}

}  // namespace stormsweep
