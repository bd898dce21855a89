#include "master/store/search_lease.hpp"

#include <SQLiteCpp/VariadicBind.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>

#include "master/store/best_epoch.hpp"
#include "master/store/column_names.hpp"
#include "master/store/decided_rung.hpp"
#include "master/store/json_lines.hpp"
#include "master/store/json_text.hpp"
#include "master/store/present_rows.hpp"
#include "master/store/profile_view.hpp"
#include "master/store/reuse.hpp"
#include "master/store/schema.hpp"
#include "master/store/shared_trainings.hpp"
#include "master/store/trial_row.hpp"
#include "master/store/within_limits.hpp"
#include "search/base/error.hpp"
#include "search/base/seed.hpp"
#include "search/base/time.hpp"
#include "search/space/configuration.hpp"

namespace stormsweep {

namespace {

/// What the database has about the search of that name.
struct Found {
  std::int64_t id, numbering;
  std::string experiment, fingerprint, json_file, metric, goal, metric_at;
  bool has_trials;
  std::optional<std::uint64_t> json_bytes;
  std::optional<ProcessIdentity> writer;
  std::optional<Space> earlier;  ///< as last run, if the experiment is the user's own: it may have been edited
};

std::optional<Found> find_search(SQLite::Database& database, const Space& space) {
  SQLite::Statement select(database,
                           "SELECT id, experiment, fingerprint, json_file, json_bytes, writer_host, writer_pid, "
                           "writer_job, writer_seen, numbering, metric, goal, metric_at, space, "
                           "EXISTS (SELECT 1 FROM trials WHERE search = s.id) FROM searches s WHERE name = ?");
  select.bind(1, space.name);
  if (!select.executeStep()) return std::nullopt;
  const auto text = [&](int column) { return select.getColumn(column).getString(); };
  Found found{select.getColumn(0).getInt64(),
              select.getColumn(9).getInt64(),
              text(1),
              text(2),
              text(3),
              text(10),
              text(11),
              text(12),
              select.getColumn(14).getInt() != 0,
              {},
              {},
              {}};
  if (!select.isColumnNull(4)) found.json_bytes = static_cast<std::uint64_t>(select.getColumn(4).getInt64());
  if (!select.isColumnNull(5))
    found.writer = ProcessIdentity{text(5), select.getColumn(6).getInt64(), text(7), select.getColumn(8).getDouble()};
  if (space.own) found.earlier = read_earlier(text(13), space.name);
  return found;
}

/// Another process writes the search.
class BeingWritten : public InputError {
  using InputError::InputError;
};

void check(const Found& found, const std::string& place, const Space& space, const std::string& fingerprint,
           const ProcessIdentity& self, WriterWatch& watch) {
  const auto mismatch = [&](const std::string& what) {
    throw InputError(fmt::format("{}: search '{}' there has {}; give this search another name, or another --results",
                                 place, space.name, what));
  };
  if (found.experiment != space.experiment->name) mismatch("the experiment " + found.experiment);
  if (found.fingerprint != fingerprint)
    mismatch(space.own ? "been trained by other files or lines of its experiment, or on other data"
                       : "been trained on other data");
  const std::string how = found.earlier ? shared_otherwise(*found.earlier, *space.experiment) : "";
  if (found.has_trials && !how.empty()) mismatch("trainings by " + how);
  if (watch.may_be_alive(found.writer, self, steady_time()))
    throw BeingWritten(
        fmt::format("{}: {}; wait for it or end it, or give this search another name or another --results", place,
                    being_written(space.name, *found.writer, self)));
}

std::int64_t insert_search(SQLite::Database& database, const Space& space, const std::string& fingerprint, double now) {
  SQLite::Statement insert(
      database,
      "INSERT INTO searches (name, experiment, fingerprint, metric, goal, space, numbering, created) "
      "VALUES (?, ?, ?, '', '', '', 0, ?)");
  SQLite::bind(insert, space.name, space.experiment->name, fingerprint, now);
  insert.exec();
  return database.getLastInsertRowid();
}

void update_search(SQLite::Database& database, const SearchLease& lease, const Space& space, const std::string& json,
                   const ProcessIdentity& self) {
  SQLite::Statement update(
      database,
      "UPDATE searches SET metric = ?, goal = ?, metric_at = ?, space = ?, writer_host = ?, writer_pid = ?, "
      "writer_job = ?, writer_seen = ?, numbering = ?, json_file = iif(?10 = '', json_file, ?10), json_bytes = ?11 "
      "WHERE id = ?12");
  SQLite::bind(update, space.metric, std::string(to_string(space.goal)), std::string(to_string(space.metric_at)),
               space.text, self.host, self.pid, self.job, self.seen, numbering(space));
  // A run without JSON lines keeps the path of earlier ones, which then lack its trials, for `delete` and `rerun`.
  update.bind(10, json);
  if (lease.json_agrees) update.bind(11, static_cast<std::int64_t>(lease.json_bytes));
  update.bind(12, lease.search);
  update.exec();
}

/// Proposals made for another space, method or metric do not count for this one.
void forget_proposals(SQLite::Database& database, std::int64_t search) {
  database.exec(
      fmt::format("DELETE FROM proposals WHERE search = {0}; UPDATE searches SET width = NULL WHERE id = {0}", search));
}

std::string of_search(std::int64_t search) {
  return fmt::format("search = {}", search);
}

/// Throws InputError where the next rung has been decided without a trial that failed.
void refuse_decided(SQLite::Database& database, const std::filesystem::path& file, const std::string& condition) {
  if (const auto decided = find_decided_rung(database, condition, condition))
    throw InputError(fmt::format(
        "{}: search '{}': --retry-failed: rung {} of bracket {} has trials that failed, and the next rung has "
        "been decided without them; leave it out, or give the search another name",
        file.string(), decided->search, decided->rung, decided->bracket));
}

/// Returns how many trials now wait again. The condition that they are not complete selects the partial index
/// (schema.cpp), since millions may be complete.
int let_wait(SQLite::Database& database, const std::string& condition, const std::string& change,
             const std::string& statuses) {
  return database.exec(fmt::format("UPDATE trials SET {} WHERE {} AND status <> 'complete' AND status IN ({})", change,
                                   condition, statuses));
}

void declare_columns(SQLite::Database& database, const Experiment& experiment) {
  std::vector<std::string> hyperparameters, metrics, profiles;
  for (const Hyperparameter& h : experiment.hyperparameters) hyperparameters.push_back(h.name);
  for (const Metric& m : experiment.metrics) metrics.push_back(m.name);
  for (const Profile& p : experiment.profiles) profiles.push_back(stored_text(p));
  const bool first = declare(database, ColumnKind::hyperparameter, experiment.name, hyperparameters);
  const bool second = declare(database, ColumnKind::metric, experiment.name, metrics);
  const bool third = declare(database, ColumnKind::profile, experiment.name, profiles);
  if (first || second || third) create_views(database);
}

/// Whether configuration `text` has the experiment's hyperparameters, with the space's defaults for those without an
/// axis.
bool has_defaults(const std::string& text, const Space& space) {
  auto configuration = parse_configuration(text, *space.experiment);
  if (!configuration) return false;
  for (const Axis& axis : space.axes)
    for (const std::size_t h : axis.hyperparameters()) configuration->values[h] = space.defaults.values[h];
  return *configuration == space.defaults;
}

/// Whether the experiment's hyperparameters or defaults have changed, which gives trials other identities under the
/// same numbers. One proposal, or one row if the search has had only one numbering, is enough to tell.
bool has_other_defaults(SQLite::Database& database, std::int64_t search, const Space& space) {
  SQLite::Statement proposal(database, "SELECT configuration FROM proposals WHERE search = ? LIMIT 1");
  proposal.bind(1, search);
  if (proposal.executeStep() && !has_defaults(proposal.getColumn(0).getString(), space)) return true;
  if (identities_indexed(database)) return false;
  SQLite::Statement row(database, "SELECT configuration, identity FROM trials WHERE search = ? LIMIT 1");
  row.bind(1, search);
  if (!row.executeStep()) return false;
  const std::string text = row.getColumn(0).getString();
  if (!has_defaults(text, space)) return true;
  return identity(parse_configuration(text, *space.experiment).value(), *space.experiment, space.seed) !=
         read_identity(row.getColumn(1));  // they differ if a hyperparameter was removed
}

/// Whether the defaults of conditional hyperparameters have changed, which neither the numbering nor any single row
/// need show.
bool has_other_conditional_defaults(const Space& earlier, const Space& space) {
  for (const Axis& axis : space.axes)
    for (const std::size_t h : axis.hyperparameters()) {
      const auto there = earlier.experiment->find(space.experiment->hyperparameters[h].name);
      if (!axis.when.empty() && there && earlier.defaults.values[*there] != space.defaults.values[h]) return true;
    }
  return false;
}

/// Resumes an existing search. Returns whether it chose by another metric or goal.
bool take_up(SQLite::Database& database, const Found& found, const Space& space, const std::string& json,
             SearchLease& lease) {
  lease.search = found.id;
  lease.resumed = found.has_trials;
  const bool other_choice = found.metric != space.metric || found.goal != to_string(space.goal);
  std::error_code missing;
  const std::uintmax_t size = std::filesystem::file_size(json, missing);
  lease.json_agrees = found.json_file == json && found.json_bytes && !missing && size >= *found.json_bytes &&
                      !other_choice;  // lines have best epochs by the previous metric
  lease.json_bytes = found.json_bytes.value_or(0);
  // Not part of the numbering, which existing databases have stored: they would all lose their proposals.
  const bool decides_otherwise =
      is_adaptive(space.method) && (other_choice || found.metric_at != to_string(space.metric_at));
  if (found.numbering != numbering(space) || decides_otherwise || has_other_defaults(database, found.id, space) ||
      (found.earlier && has_other_conditional_defaults(*found.earlier, space))) {
    forget_proposals(database, found.id);
    if (lease.resumed) index_identities(database);
  }
  return other_choice;
}

/// Nothing where the master that this one took over from still has the lock. That is safe: it signs the search before
/// it writes lines, and can no longer sign.
std::optional<FileLock> lock_json(const std::filesystem::path& json, const std::filesystem::path& database) {
  auto lock = claim_lines(json, database);
  if (const auto other = other_owner(json, database); !lock && !other.empty())
    throw InputError(fmt::format("{}: has the lines of {}; give another folder with --json, or remove {}.lock",
                                 json.string(), other.string(), json.string()));
  return lock;
}

/// --retry-failed, only for trials that the search still asks for and comes to, as no others are trained. Returns
/// whether any trial waits again.
bool retry_failed(SQLite::Database& database, const std::filesystem::path& file, const Space& space,
                  std::int64_t search) {
  const PresentRows present(database, space);
  std::string condition = of_search(search) + present.condition();
  const WithinLimits within(database, space, condition);
  condition += within.condition();
  if (has_rungs(space.method)) refuse_decided(database, file, condition);
  return let_wait(database, condition, waiting_again(), "'failed', 'diverged', 'out_of_memory'") > 0;
}

SearchLease try_lease(SQLite::Database& database, const std::filesystem::path& file, const Space& space,
                      const std::string& fingerprint, const StoreOptions& options, WriterWatch& watch) {
  const ProcessIdentity self = this_process();
  const std::string json =
      options.json.empty() ? "" : std::filesystem::absolute(options.json).lexically_normal().string();
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  SearchLease lease;
  bool other_choice = false;
  if (const auto found = find_search(database, space)) {
    check(*found, file.string(), space, fingerprint, self, watch);
    other_choice = take_up(database, *found, space, json, lease);
  } else {
    lease.search = insert_search(database, space, fingerprint, self.seen);
  }
  if (!json.empty()) lease.json_lock = lock_json(json, file);
  let_wait(database, of_search(lease.search), "status = 'waiting'", "'running'");
  if (options.retry_failed && retry_failed(database, file, space, lease.search))
    lease.json_agrees = false;  // there are lines for trials that wait again
  update_search(database, lease, space, json, self);
  if (other_choice) renew_best_epochs(database, lease.search);
  declare_columns(database, *space.experiment);
  for (const std::filesystem::path& other : options.reuse)
    lease.reused +=
        reuse_trials(database, space,
                     {.search = lease.search, .fingerprint = fingerprint, .only_kept = options.retry_failed}, other);
  if (lease.reused > 0) lease.resumed = true, lease.json_agrees = false;
  transaction.commit();
  return lease;
}

}  // namespace

std::int64_t numbering(const Space& space) {
  std::string text = space.seed == 0 ? "" : fmt::format("seed {}", space.seed);
  for (const Exclusion& exclusion : space.grid.exclusions())
    for (const Exclusion::Term& term : exclusion.terms)
      text += fmt::format("{}not {} of {}", &term == &exclusion.terms[0] ? ';' : ',', fmt::join(term.digits, ","),
                          term.axis);
  for (const Axis& axis : space.axes) {
    append_json(text, std::string_view(space.experiment->hyperparameters[axis.hyperparameter].name));
    for (const Value& value : axis.values) append_json(text += ',', value);
    if (axis.interval)
      text +=
          fmt::format(",{} to {}{}", axis.interval->min, axis.interval->max, axis.interval->logarithmic ? " log" : "");
    if (axis.guess) text += " guess " + to_string(*axis.guess);
    for (const Zipped& other : axis.zipped) {
      append_json(text += " with ", std::string_view(space.experiment->hyperparameters[other.hyperparameter].name));
      for (const Value& value : other.values) append_json(text += ',', value);
    }
    for (const Condition& condition : axis.when) {
      append_json(text += " when ", std::string_view(space.experiment->hyperparameters[condition.hyperparameter].name));
      for (const Value& value : condition.values) append_json(text += ',', value);
    }
  }
  const MethodSettings& method = space.method;
  if (method.name != "grid")
    text += fmt::format(";{} from {} eta {} size {} width {}", method.name, method.from, method.eta,
                        method.size.value_or(0), method.width.value_or(0));
  // Version 0.2 drew from the whole grid, so with conditions its random draws had other numbers than now.
  const bool shuffled = method.name == "random" || (has_rungs(method) && method.from == "random");
  const auto conditional = [](const Axis& axis) { return !axis.when.empty(); };
  if (shuffled && space.continuous_axes() == 0 && std::any_of(space.axes.begin(), space.axes.end(), conditional))
    text += ";settled";
  return static_cast<std::int64_t>(derive_seed(space.share_epochs, text));
}

SearchLease lease_search(SQLite::Database& database, const std::filesystem::path& file, const Space& space,
                         const std::string& fingerprint, const StoreOptions& options) {
  WriterWatch watch(options.silence);
  bool told = options.waiting == nullptr;
  for (const Seconds asked = steady_time();; std::this_thread::sleep_for(std::chrono::milliseconds(100))) {
    try {
      return try_lease(database, file, space, fingerprint, options, watch);
    } catch (const BeingWritten&) {
      if (!watch.undecided() && steady_time() - asked >= options.patience) throw;
      if (options.stopped && options.stopped()) throw;
      if (watch.undecided() && !std::exchange(told, true))
        options.waiting(fmt::format("{}: {}", file.string(), watch.doubt(space.name, this_process())));
    }
  }
}

void end_lease(SQLite::Database& database, std::int64_t search, const ProcessIdentity& writer) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  SQLite::Statement update(database,
                           "UPDATE searches SET writer_host = NULL, writer_pid = NULL, writer_job = NULL, "
                           "writer_seen = NULL WHERE id = ? AND writer_host = ? AND writer_pid = ?");
  SQLite::bind(update, search, writer.host, writer.pid);
  if (update.exec() == 0) return;  // another process took over, and running trials are its own
  let_wait(database, of_search(search), "status = 'waiting'", "'running'");
  transaction.commit();
}

}  // namespace stormsweep
