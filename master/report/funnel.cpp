#include "master/report/funnel.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "master/store/row_outcomes.hpp"
#include "search/methods/halving.hpp"
#include "search/methods/methods.hpp"

namespace stormsweep {

namespace {

/// All brackets of the share, by number, with nothing ended.
std::map<std::uint64_t, Funnel> planned(const Space& space, const Share& share) {
  const std::vector<std::int64_t> all = rungs(space);
  std::map<std::uint64_t, Funnel> funnels;
  for (const BracketShape& shape : bracket_shapes(space, share)) {
    const std::vector<std::int64_t> epochs(all.begin() + static_cast<std::ptrdiff_t>(shape.first), all.end());
    funnels[shape.number] = {shape.number, epochs, std::vector<std::uint64_t>(shape.members.size()), shape.members};
  }
  return funnels;
}

}  // namespace

Funnels read_funnels(SQLite::Database& database, const std::string& search, const Space& space, const Share& share) {
  const RowOutcomes rows = read_row_outcomes(database, search, space);
  auto left = std::ranges::count_if(rows, [](const auto& row) { return row.second.has_value(); });
  std::map<std::uint64_t, Funnel> funnels = planned(space, share);
  const std::size_t all = rungs(space).size();
  std::set<std::uint64_t> begun;
  Funnels result;
  const auto method = make_method(space, share);
  while (const auto training = method->next()) {
    const auto row = rows.find(identity(training->trial(0, *space.experiment), *space.experiment, space.seed));
    if (row == rows.end() || !row->second) {
      result.through = false;
      if (left == 0) break;  // a method may ask for millions more
      continue;
    }
    --left;
    Funnel& funnel = funnels.at(training->rung->bracket);
    ++funnel.ended[training->rung->number - (all - funnel.epochs.size())];
    begun.insert(funnel.number);
    method->learn(*training, 0, *row->second);
  }
  for (const std::uint64_t number : begun) result.begun.push_back(std::move(funnels[number]));
  return result;
}

}  // namespace stormsweep
