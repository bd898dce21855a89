#include "master/store/present_rows.hpp"

#include <sqlite3.h>

#include <memory>

#include "master/store/row_outcomes.hpp"
#include "master/store/schema.hpp"
#include "master/store/stored_proposals.hpp"
#include "master/store/stored_share.hpp"
#include "search/methods/methods.hpp"

namespace stormsweep {

namespace {

/// The method, limited to the proposals that are stored.
std::unique_ptr<Method> method_of_past(SQLite::Database& database, std::int64_t search, Space space) {
  if (!makes_proposals(space.method)) {
    const auto share = read_share(database, space.name);
    return make_method(space, share ? share->share : Share{});
  }
  const ProposalHistory past = read_proposals(database, search, *space.experiment);
  space.method.trials = past.proposals.size();
  return make_method(space, {}, past);
}

/// Trials with rows that the search asks for when it is replayed from its rows.
std::set<Identity> asked_for(SQLite::Database& database, const Space& space) {
  SQLite::Statement select(database, "SELECT id FROM searches WHERE name = ?");
  select.bind(1, space.name);
  std::set<Identity> asked;
  if (!select.executeStep()) return asked;
  const std::int64_t search = select.getColumn(0).getInt64();
  const RowOutcomes rows = read_row_outcomes(database, space.name, space);
  const auto method = method_of_past(database, search, space);
  while (const auto training = method->next())
    for (std::size_t k = 0; k < training->trials(); ++k) {
      const auto row = rows.find(identity(training->trial(k, *space.experiment), *space.experiment, space.seed));
      if (row == rows.end()) continue;
      asked.insert(row->first);
      if (row->second) method->learn(*training, k, *row->second);
    }
  return asked;
}

}  // namespace

PresentRows::PresentRows(SQLite::Database& database, const Space& space)
    : space_(space),
      membership_(space),
      among_others_(identities_indexed(database)),
      adaptive_(is_adaptive(space.method)) {
  if (among_others_ && adaptive_) asked_ = asked_for(database, space);
  const auto in_space = [](sqlite3_context* context, int, sqlite3_value** values) {
    const auto& self = *static_cast<const PresentRows*>(sqlite3_user_data(context));
    const char* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
    const std::string_view key(static_cast<const char*>(sqlite3_value_blob(values[1])),
                               static_cast<std::size_t>(sqlite3_value_bytes(values[1])));
    sqlite3_result_int(context, text && self.has(text, key));
  };
  database.createFunction("in_space", 2, true, this, in_space);
}

bool PresentRows::has(const std::string& text, std::string_view key) const {
  const auto configuration = parse_configuration(text, *space_.experiment);
  if (!configuration) return false;
  // The identities differ if the seed does, or the row has a hyperparameter that the experiment no longer has.
  const Identity own = identity(*configuration, *space_.experiment, space_.seed);
  if (key != std::string_view(reinterpret_cast<const char*>(own.data()), own.size())) return false;
  return adaptive_ ? asked_.contains(own) : membership_.has(*configuration);
}

}  // namespace stormsweep
