#include "master/store/within_limits.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>

#include "master/store/replay.hpp"
#include "master/store/sql_text.hpp"
#include "search/methods/methods.hpp"

namespace stormsweep {

namespace {

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
/// After so many trials in a row that have not ended no other is sought: after an edit the next may be 10^15 away.
constexpr int most_skipped = 100'000;

/// Those of `ended` trials. limits.trials counts all of them, and in the order of the search what is new between them.
std::set<Identity> find(SQLite::Database& database, const Space& space, std::uint64_t ended) {
  const std::uint64_t allowed = has_rungs(space.method) ? most : space.limits.trials.value_or(most);
  if (allowed < ended) return {};
  std::uint64_t left = allowed - ended, last = most;
  std::map<Identity, std::uint64_t> places;
  int skipped = 0;
  replay(database, space, [&](const Training& training, const RowOutcomes::value_type* row) {
    if (!row || !row->second) return left-- > 0 && ++skipped < most_skipped;
    skipped = 0;
    places.emplace(row->first, place_of(training));
    const auto& value = row->second->value;
    if (value && space.reaches_target(*value)) last = std::min(last, place_of(training));
    return places.size() < ended;
  });
  std::set<Identity> found;
  for (const auto& [trial, place] : places)
    if (place <= last) found.insert(trial);
  return found;
}

}  // namespace

WithinLimits::WithinLimits(SQLite::Database& database, const Space& space, const std::string& present)
    : limited_(space.limits.trials || space.limits.target) {
  if (!limited_) return;
  SQLite::Statement count(database, fmt::format("SELECT count(*) FROM trials WHERE {} AND {}", present, has_ended));
  count.executeStep();
  trials_ = find(database, space, static_cast<std::uint64_t>(count.getColumn(0).getInt64()));
  count.reset();
  const auto within = [](sqlite3_context* context, int, sqlite3_value** values) {
    const auto& self = *static_cast<const WithinLimits*>(sqlite3_user_data(context));
    const auto* key = static_cast<const std::uint8_t*>(sqlite3_value_blob(values[0]));
    const auto bytes = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
    Identity trial{};
    if (bytes == trial.size()) std::copy_n(key, bytes, trial.begin());
    sqlite3_result_int(context, bytes == trial.size() && self.trials_.contains(trial));
  };
  database.createFunction("within_limits", 1, true, this, within);
}

}  // namespace stormsweep
