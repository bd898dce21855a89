#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "search/methods/sequence.hpp"

namespace stormsweep {

/// A point of a space: a digit for each axis of Trainings::grid, and a place in [0, 1] for each continuous axis.
struct DrawnPoint {
  Digits digits;
  std::vector<double> places;
};

/// The user's own point, which is tried first: the guesses, and of all else the first draw that the space allows with
/// them (`draw`: given 0, 1, 2, ... of `draws`), or a point of the grid where these are few. Nothing where there is no
/// guess, or exclusions leave out all that have them (doubts, search/space/space.hpp).
std::optional<DrawnPoint> guessed_point(const Space& space, const Trainings& trainings,
                                        const std::function<DrawnPoint(std::uint64_t)>& draw,
                                        std::uint64_t draws = std::numeric_limits<std::uint64_t>::max());

/// A sequence of points that are drawn one after the other. What is drawn for an axis whose conditions do not hold is
/// its default, so that these points are as many as are drawn of what they depend on. One that was there before
/// (rounding makes equals of neighbours) or that is excluded has no training, so what has been is remembered: some
/// hundred bytes a training. Where draws find nothing new any more, what is left of a finite space follows in the order
/// of the grid.
class DrawnSequence : public Sequence {
 public:
  using Draw = std::function<DrawnPoint(std::uint64_t number)>;  ///< called with 0, 1, 2, ...
  using Sizes = std::vector<std::uint32_t>;

  /// `make`: given how many digits there are to draw from on each axis (Trainings::listed), what draws.
  DrawnSequence(const Space& space, const std::function<Draw(const Sizes&)>& make);

  std::optional<Training> at(TrainingId id) override;
  std::optional<Training> next(TrainingId from) override;
  std::optional<std::uint64_t> trials() override;

 private:
  void look_at_next();
  /// The last draws have found so little.
  bool in_vain() const;
  bool ended() const;

  const Space space_;
  const Trainings trainings_;
  const Draw draw_;
  const std::optional<DrawnPoint> guess_;
  const std::optional<std::uint64_t> all_;   ///< trainings that there are; nothing: of ranges, or too many to count
  const std::optional<std::uint64_t> most_;  ///< trainings, where it is known when all have been
  std::uint64_t looked_at_ = 0;
  bool drawn_out_ = false;              ///< what is left is looked for in the grid,
  std::optional<std::uint64_t> walk_;   ///< where this is the last point that was looked at; nothing at its end
  std::vector<std::uint64_t> numbers_;  ///< of trainings, ascending
  std::vector<DrawnPoint> points_;      ///< theirs
  std::set<Identity> seen_;
};

}  // namespace stormsweep
