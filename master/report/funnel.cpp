#include "master/report/funnel.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "master/store/row_outcomes.hpp"
#include "master/store/sql_text.hpp"
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

std::vector<Funnel> read_funnels(SQLite::Database& database, const std::string& search, const std::string& condition,
                                 const Space& space, const Share& share) {
  std::map<std::uint64_t, Funnel> funnels = planned(space, share);
  SQLite::Statement select(database,
                           fmt::format("SELECT bracket, milestone, count(*) FROM trials WHERE search = (SELECT id FROM "
                                       "searches WHERE name = ?1) AND {} AND bracket IS NOT NULL{} GROUP BY 1, 2",
                                       has_ended, condition));
  select.bind(1, search);
  std::set<std::uint64_t> begun;
  while (select.executeStep()) {
    const auto funnel = funnels.find(static_cast<std::uint64_t>(select.getColumn(0).getInt64()));
    if (funnel == funnels.end()) continue;  // of an earlier version of the space
    const auto& epochs = funnel->second.epochs;
    const auto rung = std::find(epochs.begin(), epochs.end(), select.getColumn(1).getInt64());
    if (rung == epochs.end()) continue;
    funnel->second.ended[static_cast<std::size_t>(rung - epochs.begin())] =
        static_cast<std::uint64_t>(select.getColumn(2).getInt64());
    begun.insert(funnel->first);
  }
  std::vector<Funnel> result;
  for (const std::uint64_t number : begun) result.push_back(std::move(funnels[number]));
  return result;
}

bool nothing_missing(SQLite::Database& database, const std::string& search, const Space& space, const Share& share) {
  const RowOutcomes rows = read_row_outcomes(database, search, space);
  const auto method = make_method(space, share);
  while (const auto training = method->next()) {
    const auto row = rows.find(identity(training->trial(0, *space.experiment), *space.experiment, space.seed));
    if (row == rows.end() || !row->second) return false;
    method->learn(*training, 0, *row->second);
  }
  return true;
}

}  // namespace stormsweep
