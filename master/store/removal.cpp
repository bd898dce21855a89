#include "master/store/removal.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <fstream>
#include <set>

#include "master/store/database.hpp"
#include "master/store/decided_rung.hpp"
#include "master/store/kept_models.hpp"
#include "master/store/search_lines.hpp"
#include "master/store/search_writers.hpp"
#include "master/store/side_folder.hpp"
#include "master/store/sql_text.hpp"
#include "master/store/trial_row.hpp"
#include "search/base/error.hpp"
#include "search/space/cache_files.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr const char* is_chosen = "id IN (SELECT id FROM chosen)";
/// A condition on `searches`.
constexpr const char* of_chosen =
    "EXISTS (SELECT 1 FROM trials WHERE search = searches.id AND id IN (SELECT id FROM chosen))";

/// What to do with the chosen trials.
struct Fate {
  std::string of;      ///< SQL: which of the trials given it applies to
  std::string change;  ///< SQL: the statement for their rows
  std::string later;   ///< SQL: trials of later rungs that remain, so that their rung stays decided
};

/// A search that has lost trials.
struct Touched {
  std::int64_t id;
  std::string name, json_file;
};

/// Whether the search's file of JSON lines really is one: its path comes from the database, which is not to be trusted.
bool has_lines(const Touched& search) {
  if (fs::path(search.json_file).filename() != search.name + ".jsonl" || !fs::exists(search.json_file)) return false;
  std::ifstream file(search.json_file);
  std::string line;
  return !std::getline(file, line) || line.starts_with(fmt::format(R"({{"search":"{}",)", search.name));
}

class Removal {
 public:
  Removal(const fs::path& file, const std::vector<TrialId>& trials)
      : file_(file), database_(open_for_writing(file)), writers_(database_, file) {
    database_.exec("CREATE TEMP TABLE chosen (id INTEGER PRIMARY KEY)");
    SQLite::Transaction transaction(database_);
    SQLite::Statement insert(database_, "INSERT INTO chosen VALUES (?)");
    for (const TrialId trial : trials) {
      insert.tryReset();
      insert.bind(1, static_cast<std::int64_t>(trial.value));
      insert.exec();
    }
    transaction.commit();
  }

  Removed run(const Fate& fate) {
    writers_.await_none(of_chosen);
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    database_.exec(fmt::format("DELETE FROM chosen WHERE id NOT IN (SELECT id FROM trials WHERE {})", fate.of));
    writers_.check_none(of_chosen);
    read_touched();
    refuse_decided(fate.later);
    Removed removed;
    removed.curves = remove_curves();
    const std::vector<fs::path> left = find_left();
    const std::vector<TrialId> chosen = read_chosen();
    removed.trials = static_cast<std::uint64_t>(database_.exec(fmt::format("{} WHERE {}", fate.change, is_chosen)));
    database_.exec("UPDATE searches SET json_bytes = NULL WHERE id IN (SELECT id FROM touched)");
    DoomedModels networks(file_, chosen);
    std::error_code ignored;  // removed before the commit, as a run that begins right after it must find none
    for (const fs::path& path : left) fs::remove_all(path, ignored);
    commit(transaction, fate);
    removed.networks = networks.remove();
    for (const Touched& search : touched_) renew_lines(search);
    database_.exec("PRAGMA journal_mode = DELETE");  // leaves no empty journal behind
    return removed;
  }

 private:
  /// Reads the searches of the chosen trials.
  void read_touched() {
    database_.exec(
        "CREATE TEMP TABLE touched AS SELECT DISTINCT search AS id FROM trials WHERE id IN (SELECT id FROM chosen)");
    SQLite::Statement select(
        database_, "SELECT id, name, ifnull(json_file, '') FROM searches WHERE id IN (SELECT id FROM touched)");
    while (select.executeStep())
      touched_.push_back(
          {select.getColumn(0).getInt64(), select.getColumn(1).getString(), select.getColumn(2).getString()});
  }

  /// For the same reason as --retry-failed: the next rung was decided without trials that did not complete.
  void refuse_decided(const std::string& later) {
    if (const auto decided = find_decided_rung(database_, is_chosen, later))
      throw InputError(fmt::format(
          "{}: search '{}': rung {} of bracket {} has chosen trials that did not complete, and the next rung has been "
          "decided without them; leave them out of --where, or give the search another name",
          file_.string(), decided->search, decided->rung, decided->bracket));
  }

  /// A curve goes unless an ended trial remains that needs it. Others do not: their training reports its curve again.
  std::uint64_t remove_curves() {
    database_.exec(
        fmt::format("CREATE TEMP TABLE doomed AS "
                    "SELECT search, curve FROM trials WHERE id IN (SELECT id FROM chosen) EXCEPT "
                    "SELECT search, curve FROM trials WHERE id NOT IN (SELECT id FROM chosen) AND {}",
                    has_ended));
    const auto curves = database_.execAndGet(
        "SELECT count(*) FROM doomed d WHERE EXISTS (SELECT 1 FROM epochs e WHERE e.search = d.search AND e.curve = "
        "d.curve)");
    database_.exec("DELETE FROM epochs WHERE (search, curve) IN (SELECT search, curve FROM doomed)");
    return static_cast<std::uint64_t>(curves.getInt64());
  }

  /// Checkpoints, and work folders of commands, to remove so that training starts afresh. A checkpoint stays where
  /// another search on the same data has a trial of that curve, and may continue from it. A command's checkpoint
  /// belongs to one search; it is named by a curve or a training.
  std::vector<fs::path> find_left() {
    const fs::path cache = side_folder(file_, "cache"), folder = checkpoints(cache);
    std::vector<fs::path> found;
    std::error_code missing;
    if (!fs::exists(cache, missing)) return found;
    std::set<std::string> works;
    for (const auto& entry : fs::directory_iterator(cache / "work", missing)) works.insert(entry.path().filename());
    SQLite::Statement select(
        database_,
        "SELECT DISTINCT t.curve, t.identity, s.fingerprint, s.name, EXISTS (SELECT 1 FROM searches o WHERE "
        "o.fingerprint = s.fingerprint AND o.id <> s.id AND EXISTS (SELECT 1 FROM trials WHERE search = o.id AND curve "
        "= t.curve)) FROM trials t JOIN searches s ON s.id = t.search WHERE t.id IN (SELECT id FROM chosen)");
    while (select.executeStep()) {
      const std::string fingerprint = select.getColumn(2).getString();
      const std::string search = select.getColumn(3).getString();
      const std::string of_command = command_fingerprint(fingerprint, search);
      const bool shared = select.getColumn(4).getInt() != 0;
      const auto curve = read_identity(select.getColumn(0)), training = read_identity(select.getColumn(1));
      if (curve && !shared) found.push_back(checkpoint(folder, *curve, fingerprint));
      if (curve) found.push_back(checkpoint(folder, *curve, of_command));
      if (!training) continue;
      found.push_back(checkpoint(folder, *training, of_command));
      const std::string work = work_folder(cache, search, *training).filename();  // ranks of a gang add -0, -1 ...
      for (auto at = works.lower_bound(work); at != works.end() && at->starts_with(work); ++at)
        found.push_back(work_folder(cache, search, *training).replace_filename(*at));
    }
    return found;
  }

  std::vector<TrialId> read_chosen() {
    std::vector<TrialId> trials;
    SQLite::Statement select(database_, "SELECT id FROM chosen");
    while (select.executeStep()) trials.push_back(TrialId{static_cast<std::uint64_t>(select.getColumn(0).getInt64())});
    return trials;
  }

  /// A commit may take effect although its end was refused: then none of the chosen trials is left to change.
  void commit(SQLite::Transaction& transaction, const Fate& fate) try {
    transaction.commit();
  } catch (const SQLite::Exception&) {
    database_.tryExec("ROLLBACK");  // for errors after which SQLite does not do so itself
    const auto left =
        database_.execAndGet(fmt::format("SELECT count(*) FROM trials WHERE {} AND {}", is_chosen, fate.of));
    if (left.getInt64() > 0) throw;
  }

  /// After a crash before this, the next run does it. Skipped in a copy of the database: the lines belong to the
  /// original.
  void renew_lines(const Touched& search) {
    if (!has_lines(search)) return;
    const auto claim = claim_lines(search.json_file, file_);
    if (!claim) return;
    SQLite::Transaction transaction(database_, SQLite::TransactionBehavior::IMMEDIATE);
    JsonLines json(search.json_file, 0);
    write_search_lines(database_, search.id, search.name, search.json_file, json);
    transaction.commit();
  }

  fs::path file_;
  SQLite::Database database_;
  SearchWriters writers_;
  std::vector<Touched> touched_;
};

}  // namespace

Removed delete_trials(const fs::path& file, const std::vector<TrialId>& trials) {
  return guarded(file, [&] {
    return Removal(file, trials).run({"1", "DELETE FROM trials", fmt::format("NOT {}", is_chosen)});
  });
}

Removed rerun_trials(const fs::path& file, const std::vector<TrialId>& trials) {
  return guarded(file, [&] {
    return Removal(file, trials).run({has_ended, "UPDATE trials SET " + waiting_again(), "1"});
  });
}

}  // namespace stormsweep
