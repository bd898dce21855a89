#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "search/base/id.hpp"

namespace stormsweep {

/// How many of `size` members reach each of `rungs` rungs: all, then one in `eta` of these, and so on; at least one.
std::vector<std::uint64_t> survivors(std::uint64_t size, std::size_t rungs, std::uint32_t eta);

/// One bracket of successive halving (Karnin, Koren, Somekh 2013; Jamieson, Talwalkar 2016): of the members of a rung
/// those with the best values go on to the next; at a tie, those with the lower numbers.
///
/// Who goes on depends on the values alone, not on the order in which they come; yet no member waits longer than it
/// must. A member goes on as soon as it is sure of a place even if all that have not ended turn out better, and is out
/// as soon as enough others are better. A member without a value (it has failed) never goes on; where too few have a
/// value, fewer go on.
class Bracket {
 public:
  /// What the last call has made certain.
  struct Decided {
    struct Member {
      TrainingId id;
      std::size_t rung;  ///< that it has ended
      bool operator==(const Member&) const = default;
    };
    std::vector<Member> go_on, out;
  };

  /// `sizes`: survivors() of the number of members.
  explicit Bracket(const std::vector<std::uint64_t>& sizes);

  /// A member has ended a rung with `loss` (less is better). Each member ends a rung once.
  Decided end(TrainingId id, std::size_t rung, std::optional<double> loss);
  /// Nobody will end a rung any more.
  bool over() const { return over_; }

 private:
  struct Candidate {
    double loss;
    TrainingId id;
    bool goes_on;  ///< has been reported as going on
  };
  struct Rung {
    std::uint64_t members;  ///< at most, until the rung below is closed
    std::uint64_t ended = 0;
    std::size_t places;                ///< in the next rung
    std::vector<Candidate> best = {};  ///< of those that have ended, best first, as many as have a place
  };

  void enter(Rung& rung, const Candidate& candidate, std::size_t number, Decided& decided);
  void decide(Decided& decided);

  std::vector<Rung> rungs_;
  bool over_ = false;
};

}  // namespace stormsweep
