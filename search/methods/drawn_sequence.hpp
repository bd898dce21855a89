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

/// The user's own point, which is tried first: the guesses, completed by the first draw that the space allows together
/// with them (`draw` is given 0, 1, 2, ... below `draws`), or, where no draw does, the first such point of the grid.
/// Nothing where there is no guess, or exclusions leave out every point with the guesses (doubts,
/// search/space/space.hpp).
std::optional<DrawnPoint> guessed_point(const Space& space, const Trainings& trainings,
                                        const std::function<DrawnPoint(std::uint64_t)>& draw,
                                        std::uint64_t draws = std::numeric_limits<std::uint64_t>::max());

/// A sequence of points drawn one after the other. An axis whose conditions do not hold gets its default whatever is
/// drawn for it. A draw that is excluded or repeats an earlier point (rounding makes neighbours equal) has no training,
/// so all points are remembered: some hundred bytes each. Once draws find nothing new, the rest of a finite space
/// follows in the order of the grid.
class DrawnSequence : public Sequence {
 public:
  using Draw = std::function<DrawnPoint(std::uint64_t number)>;  ///< called with 0, 1, 2, ...
  using Sizes = std::vector<std::uint32_t>;

  /// `make` makes the function that draws, given the number of digits to draw from on each axis (Trainings::listed).
  DrawnSequence(const Space& space, const std::function<Draw(const Sizes&)>& make);

  std::optional<Training> at(TrainingId id) override;
  std::optional<Training> next(TrainingId from) override;
  std::optional<std::uint64_t> trials() override;

 private:
  void look_at_next();
  /// Whether too many of the last draws found nothing new.
  bool in_vain() const;
  bool ended() const;

  const Space space_;
  const Trainings trainings_;
  const Draw draw_;
  const std::optional<DrawnPoint> guess_;
  const std::optional<std::uint64_t> all_;   ///< number of trainings; nothing: there are ranges, or too many to count
  const std::optional<std::uint64_t> most_;  ///< number of trainings after which the sequence ends, where it is known
  std::uint64_t looked_at_ = 0;
  bool drawn_out_ = false;              ///< draws have ended, and the grid is searched for what is left
  std::optional<std::uint64_t> walk_;   ///< the last point of that search; nothing at its end
  std::vector<std::uint64_t> numbers_;  ///< of trainings, ascending
  std::vector<DrawnPoint> points_;      ///< theirs
  std::set<Identity> seen_;
};

}  // namespace stormsweep
