#include "master/store/present_rows.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include "master/store/replay.hpp"
#include "master/store/schema.hpp"
#include "search/methods/halving.hpp"
#include "search/methods/sequence.hpp"

namespace stormsweep {

namespace {

/// Trials with rows that the search asks for when it is replayed from its rows.
std::set<Identity> asked_for(SQLite::Database& database, const Space& space) {
  std::set<Identity> asked;
  replay(database, space, [&](const Training&, const RowOutcomes::value_type* row) {
    if (row) asked.insert(row->first);
    return true;
  });
  return asked;
}

/// Whether rows have numbers beyond the last that the method comes to: its trials or brackets have been lowered.
bool has_rows_beyond(SQLite::Database& database, const Space& space) {
  const bool in_brackets = has_rungs(space.method);
  const auto end = in_brackets ? std::optional(brackets(space)) : space.method.trials;
  if (!end) return false;
  SQLite::Statement select(
      database, fmt::format("SELECT max({}) FROM trials WHERE search = (SELECT id FROM searches WHERE name = ?)",
                            in_brackets ? "bracket" : "training"));
  select.bind(1, space.name);
  if (!select.executeStep() || select.isColumnNull(0)) return false;
  const auto last = static_cast<std::uint64_t>(select.getColumn(0).getInt64());
  // Draws that repeat an earlier one have numbers, too, so a search may have greater ones than it has trials.
  return last >= *end && (is_adaptive(space.method) || !make_sequence(space)->at({last}));
}

}  // namespace

PresentRows::PresentRows(SQLite::Database& database, const Space& space)
    : space_(space),
      membership_(space),
      chooses_(is_adaptive(space.method) || most_drawn(space)),
      among_others_(identities_indexed(database) || has_rows_beyond(database, space)) {
  if (among_others_ && chooses_) asked_ = asked_for(database, space);
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
  return chooses_ ? asked_.contains(own) : membership_.has(*configuration);
}

}  // namespace stormsweep
