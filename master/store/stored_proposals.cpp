#include "master/store/stored_proposals.hpp"

#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>

#include <string>
#include <utility>

#include "master/store/sql_text.hpp"
#include "master/store/trial_row.hpp"

namespace stormsweep {

namespace {

/// The version of a search's space (numbering), and its width, 0 where there is none.
struct Version {
  std::int64_t numbering, width;
};

Version read_version(SQLite::Database& database, std::int64_t search) {
  SQLite::Statement select(database, "SELECT numbering, ifnull(width, 0) FROM searches WHERE id = ?");
  select.bind(1, search);
  select.executeStep();
  return {select.getColumn(0).getInt64(), select.getColumn(1).getInt64()};
}

}  // namespace

ProposalHistory read_proposals(SQLite::Database& database, std::int64_t search, const Experiment& experiment) {
  ProposalHistory history{static_cast<std::uint64_t>(read_version(database, search).width), {}};
  SQLite::Statement select(
      database, "SELECT number, configuration, ifnull(parameters, '') FROM proposals WHERE search = ? ORDER BY number");
  select.bind(1, search);
  while (select.executeStep()) {
    const auto number = static_cast<std::uint64_t>(select.getColumn(0).getInt64());
    auto configuration = parse_configuration(select.getColumn(1).getString(), experiment);
    if (number != history.proposals.size() || !configuration) break;  // written by another version of the experiment
    history.proposals.push_back({number, *std::move(configuration), select.getColumn(2).getString()});
  }
  return history;
}

std::vector<Configuration> read_unproposed(SQLite::Database& database, std::int64_t search,
                                           const Experiment& experiment, std::uint64_t seed) {
  SQLite::Statement select(database, fmt::format("SELECT configuration, identity FROM trials WHERE search = ? AND "
                                                 "proposal IS NULL AND {} ORDER BY identity",
                                                 has_ended));
  std::vector<Configuration> configurations;
  for (select.bind(1, search); select.executeStep();) {
    auto configuration = parse_configuration(select.getColumn(0).getString(), experiment);
    if (configuration && identity(*configuration, experiment, seed) == read_identity(select.getColumn(1)))
      configurations.push_back(*std::move(configuration));
  }
  return configurations;
}

bool copy_proposals(SQLite::Database& from, std::int64_t search, SQLite::Database& into, std::int64_t target) {
  const Version theirs = read_version(from, search), ours = read_version(into, target);
  if (theirs.width == 0) return true;
  if (theirs.numbering != ours.numbering) return ours.width == 0;  // proposals of another version are of no use
  if (ours.width != 0 && ours.width != theirs.width) return false;
  SQLite::Statement update(into, "UPDATE searches SET width = ? WHERE id = ?");
  SQLite::bind(update, theirs.width, target);
  update.exec();
  SQLite::Statement select(from, "SELECT number, configuration, parameters FROM proposals WHERE search = ?");
  SQLite::Statement insert(into, "INSERT OR IGNORE INTO proposals VALUES (?, ?, ?, ?)");
  SQLite::Statement there(into, "SELECT configuration FROM proposals WHERE search = ? AND number = ?");
  for (select.bind(1, search); select.executeStep();) {
    const std::int64_t number = select.getColumn(0).getInt64();
    const std::string configuration = select.getColumn(1).getString();
    insert.tryReset();
    insert.clearBindings();
    SQLite::bind(insert, target, number, configuration);
    if (!select.isColumnNull(2)) insert.bind(4, select.getColumn(2).getString());
    if (insert.exec() > 0) continue;
    there.tryReset();
    SQLite::bind(there, target, number);
    if (there.executeStep() && there.getColumn(0).getString() != configuration) return false;
  }
  return true;
}

}  // namespace stormsweep
