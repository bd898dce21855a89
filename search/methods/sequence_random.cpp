#include "search/methods/sequence.hpp"

#include <algorithm>

#include "search/base/random.hpp"
#include "search/base/seed.hpp"
#include "search/methods/drawn_sequence.hpp"
#include "search/methods/permutation.hpp"

namespace stormsweep {

namespace {

constexpr std::uint64_t most_counted = 1'000'000;  // takes about a second

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
    if (!space.method.trials) return;
    if (space_.grid.exclusions().empty() && trainings_.grid().exclusions().empty())
      end_ = std::min(end_, *space.method.trials);
    else
      wanted_ = *space.method.trials;
  }

  std::optional<Training> at(TrainingId id) override {
    if (wanted_ > 0) look_as_far_as(id.value);
    return id.value < end_ ? drawn(id) : std::nullopt;
  }

  std::optional<Training> next(TrainingId from) override {
    for (; from.value < end_; ++from.value)
      if (auto training = at(from)) return training;
    return std::nullopt;
  }

  std::optional<std::uint64_t> trials() override {
    if (!space_.method.trials) return space_.grid.count();
    if (wanted_ == 0) return end_ * drawn({0})->trials();  // nothing is excluded: all have equally many
    if (wanted_ > most_counted) return std::nullopt;
    look_as_far_as(end_);
    return trials_;
  }

 private:
  std::uint64_t first() const {
    const auto guess = guessed_point(
        space_, trainings_,
        [this](std::uint64_t number) {
          return DrawnPoint{grid_.digits(order_.at(number)), {}};
        },
        grid_.size());
    return guess ? grid_.index(guess->digits) : order_.at(0);
  }

  /// The guess swaps places with the point that was first.
  std::uint64_t point(std::uint64_t number) const {
    const std::uint64_t point = number == 0 ? first_ : order_.at(number);
    return number > 0 && point == first_ ? order_.at(0) : point;
  }

  std::optional<Training> drawn(TrainingId id) const { return trainings_.at(id, grid_.digits(point(id.value))); }

  /// Looks at points up to that number, to find out whether the end comes before it.
  void look_as_far_as(std::uint64_t number) {
    for (; looked_at_ <= number && looked_at_ < end_; ++looked_at_) {
      const auto training = drawn({looked_at_});
      if (!training) continue;
      trials_ += training->trials();
      if (++found_ == wanted_) end_ = looked_at_ + 1;
    }
  }

  const Space space_;
  const Trainings trainings_;
  const SettledGrid grid_;
  const Permutation order_;
  const std::uint64_t first_;
  std::uint64_t end_;
  std::uint64_t wanted_ = 0;  ///< trainings, if exclusions make it necessary to search for `end_`; else 0
  std::uint64_t looked_at_ = 0, found_ = 0, trials_ = 0;
};

/// Independent uniform points.
DrawnSequence::Draw independent(const Space& space, const DrawnSequence::Sizes& sizes) {
  return [seed = space.seed, continuous = space.continuous_axes(), sizes](std::uint64_t number) {
    RandomStream stream(derive_seed(seed, "random", {number}));
    DrawnPoint point;
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
