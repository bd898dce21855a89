#include "master/store/replay.hpp"

#include <algorithm>
#include <memory>

#include "master/store/stored_proposals.hpp"
#include "master/store/stored_share.hpp"
#include "search/methods/methods.hpp"

namespace stormsweep {

namespace {

/// The method, limited to the proposals that are stored.
std::unique_ptr<Method> method_of_past(SQLite::Database& database, std::int64_t search, Space space) {
  if (makes_proposals(space.method)) {
    const ProposalHistory past = read_proposals(database, search, *space.experiment);
    const std::uint64_t stored = past.proposals.size();
    space.method.trials = std::min(space.method.trials.value_or(stored), stored);
    return make_method(space, {}, past);
  }
  if (!is_adaptive(space.method)) space.method.trials = most_drawn(space);
  const auto share = read_share(database, space.name);
  return make_method(space, share ? share->share : Share{});
}

}  // namespace

std::optional<std::uint64_t> most_drawn(const Space& space) {
  return space.method.trials || space.continuous_axes() == 0 ? space.method.trials : space.limits.trials;
}

void replay(SQLite::Database& database, const Space& space, const Visit& visit) {
  SQLite::Statement select(database, "SELECT id FROM searches WHERE name = ?");
  select.bind(1, space.name);
  if (!select.executeStep()) return;
  const std::int64_t search = select.getColumn(0).getInt64();
  select.reset();
  const RowOutcomes rows = read_row_outcomes(database, space.name, space);
  const auto method = method_of_past(database, search, space);
  while (const auto training = method->next())
    for (std::size_t k = 0; k < training->trials(); ++k) {
      const auto row = rows.find(identity(training->trial(k, *space.experiment), *space.experiment, space.seed));
      if (!visit(*training, row == rows.end() ? nullptr : &*row)) return;
      if (row != rows.end() && row->second) method->learn(*training, k, *row->second);
    }
}

}  // namespace stormsweep
