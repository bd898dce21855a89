#include "search/methods/bracket.hpp"

#include <algorithm>
#include <cassert>
#include <tuple>
#include <utility>

namespace stormsweep {

std::vector<std::uint64_t> survivors(std::uint64_t size, std::size_t rungs, std::uint32_t eta) {
  std::vector<std::uint64_t> sizes;
  for (std::size_t rung = 0; rung < rungs; ++rung) {
    sizes.push_back(size);
    size = std::max<std::uint64_t>(1, size / eta);
  }
  return sizes;
}

Bracket::Bracket(const std::vector<std::uint64_t>& sizes) {
  for (std::size_t rung = 0; rung < sizes.size(); ++rung)
    rungs_.push_back({.members = sizes[rung], .places = rung + 1 < sizes.size() ? sizes[rung + 1] : 0});
}

Bracket::Decided Bracket::end(TrainingId id, std::size_t rung, std::optional<double> loss) {
  Decided decided;
  ++rungs_[rung].ended;
  assert(rungs_[rung].ended <= rungs_[rung].members);
  if (loss) enter(rungs_[rung], {*loss, id, false}, rung, decided);
  decide(decided);
  return decided;
}

/// Inserts the candidate among the best; the one that then has no place, it or the last, is out.
void Bracket::enter(Rung& rung, const Candidate& candidate, std::size_t number, Decided& decided) {
  const auto better = [](const Candidate& a, const Candidate& b) {
    return std::tie(a.loss, a.id) < std::tie(b.loss, b.id);
  };
  rung.best.insert(std::upper_bound(rung.best.begin(), rung.best.end(), candidate, better), candidate);
  if (rung.best.size() <= rung.places) return;
  if (rung.places > 0) decided.out.push_back({rung.best.back().id, number});
  rung.best.pop_back();
}

void Bracket::decide(Decided& decided) {
  bool closed = true;  // whether all rungs below have ended
  for (std::size_t number = 0; number < rungs_.size(); ++number) {
    Rung& rung = rungs_[number];
    if (closed && number > 0) rung.members = rungs_[number - 1].best.size();
    const std::uint64_t open = rung.members - rung.ended;
    for (std::size_t rank = 0; rank < rung.best.size() && rank + open < rung.places; ++rank) {
      if (std::exchange(rung.best[rank].goes_on, true)) continue;
      decided.go_on.push_back({rung.best[rank].id, number});
    }
    closed = closed && open == 0;
  }
  over_ = closed;
}

}  // namespace stormsweep
