#include "master/store/schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <string>
#include <vector>

#include "master/store/best_epoch.hpp"
#include "master/store/column_names.hpp"
#include "master/store/profile_view.hpp"
#include "master/store/sql_text.hpp"
#include "search/space/trial_record.hpp"

namespace stormsweep {

namespace {

/// The partial index is small, as nearly all trials are complete. SQLite uses it only for queries that contain its
/// condition literally: status <> 'complete' AND status = 'running'.
constexpr const char* tables = R"(
CREATE TABLE searches (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL, fingerprint TEXT NOT NULL,
  metric TEXT NOT NULL, goal TEXT NOT NULL, metric_at TEXT NOT NULL DEFAULT 'last', space TEXT NOT NULL, numbering INTEGER NOT NULL, created REAL NOT NULL,
  width INTEGER, json_file TEXT, json_bytes INTEGER,
  writer_host TEXT, writer_pid INTEGER, writer_job TEXT, writer_seen REAL);
CREATE TABLE trials (
  id INTEGER PRIMARY KEY, search INTEGER NOT NULL REFERENCES searches(id), {}, UNIQUE (search, training, identity));
CREATE INDEX trials_not_complete ON trials (search, status) WHERE status <> 'complete';
CREATE TABLE epochs (
  search INTEGER NOT NULL REFERENCES searches(id), curve BLOB NOT NULL, epoch INTEGER NOT NULL,
  seconds REAL NOT NULL, metrics TEXT NOT NULL, PRIMARY KEY (search, curve, epoch)) WITHOUT ROWID;
CREATE TABLE proposals (
  search INTEGER NOT NULL REFERENCES searches(id), number INTEGER NOT NULL, configuration TEXT NOT NULL,
  parameters TEXT, PRIMARY KEY (search, number)) WITHOUT ROWID;
CREATE TABLE columns (experiment TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (experiment, kind, name));
)";

/// The steps that upgrade a file of an older version.
struct Upgrade {
  int version;  ///< that the file has after this step
  const char* sql;
};
constexpr std::array upgrades{Upgrade{2, "ALTER TABLE trials ADD COLUMN peak_share REAL"},
                              // JSON lines are rewritten, because the best epoch of rows with curves is now known.
                              Upgrade{3,
                                      "ALTER TABLE trials ADD COLUMN best_epoch INTEGER; "
                                      "ALTER TABLE trials ADD COLUMN best_metric REAL; "
                                      "ALTER TABLE searches ADD COLUMN metric_at TEXT NOT NULL DEFAULT 'last'; "
                                      "UPDATE searches SET json_bytes = NULL"},
                              Upgrade{4,
                                      "ALTER TABLE trials ADD COLUMN method TEXT; "
                                      "ALTER TABLE trials ADD COLUMN proposal INTEGER; "
                                      "ALTER TABLE trials ADD COLUMN bracket INTEGER; "
                                      "ALTER TABLE trials ADD COLUMN rung INTEGER; "
                                      "ALTER TABLE searches ADD COLUMN width INTEGER; "
                                      "CREATE TABLE proposals (search INTEGER NOT NULL REFERENCES searches(id), "
                                      "number INTEGER NOT NULL, configuration TEXT NOT NULL, parameters TEXT, "
                                      "PRIMARY KEY (search, number)) WITHOUT ROWID"},
                              // The view and the JSON lines have `training`.
                              Upgrade{5, "UPDATE searches SET json_bytes = NULL"},
                              Upgrade{6,
                                      "ALTER TABLE trials ADD COLUMN rank_seconds REAL; "
                                      "UPDATE trials SET rank_seconds = wall_seconds * gang; "
                                      "UPDATE searches SET json_bytes = NULL"}};
static_assert(upgrades.back().version == schema_version, "say how older files are brought up to date");

/// "identity BLOB NOT NULL, ..."
std::string declarations() {
  std::vector<std::string> texts;
  for (const TrialColumn& column : trial_columns()) texts.push_back(fmt::format("{} {}", column.name, column.type));
  return fmt::format("{}", fmt::join(texts, ", "));
}

/// ", json_extract(<json>, '$."name"') AS "name"" for every name.
std::string extracted(std::string_view json, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += fmt::format(", {} AS {}", sql_member(json, name), sql_name(name));
  return text;
}

/// The columns of the view `results` for a table column, each after ", ".
std::string shown(SQLite::Database& database, const TrialColumn& column) {
  switch (column.shown) {
    case Shown::no:
      return "";
    case Shown::plain:
      return fmt::format(", t.{}", column.name);
    case Shown::date:
      return fmt::format(", strftime('%Y-%m-%dT%H:%M:%SZ', t.{0}, 'unixepoch') AS {0}", column.name);
    case Shown::hyperparameters:
      return extracted(fmt::format("t.{}", column.name), column_names(database, ColumnKind::hyperparameter));
    case Shown::metrics:
      return extracted(fmt::format("t.{}", column.name), column_names(database, ColumnKind::metric));
  }
  return "";
}

}  // namespace

void create_tables(SQLite::Database& database) {
  database.exec(fmt::format(fmt::runtime(tables), declarations()));
  database.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, schema_version));
  create_views(database);
}

void upgrade_tables(SQLite::Database& database) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  const int found = database.execAndGet("PRAGMA user_version").getInt();  // another process may have been quicker
  for (const Upgrade& upgrade : upgrades)
    if (found < upgrade.version) database.exec(upgrade.sql);
  if (found < 3) renew_best_epochs(database);
  database.exec(fmt::format("PRAGMA user_version = {}", schema_version));
  create_views(database);
  transaction.commit();
}

void index_identities(SQLite::Database& database) {
  database.exec("CREATE UNIQUE INDEX IF NOT EXISTS trials_by_identity ON trials (search, identity)");
}

bool identities_indexed(SQLite::Database& database) {
  return database.execAndGet("SELECT count(*) FROM sqlite_master WHERE name = 'trials_by_identity'").getInt() > 0;
}

void create_views(SQLite::Database& database) {
  database.exec("DROP VIEW IF EXISTS results; DROP VIEW IF EXISTS curves");
  std::string columns;
  for (const TrialColumn& column : trial_columns()) columns += shown(database, column);
  database.exec(
      fmt::format("CREATE VIEW results AS SELECT s.name AS search, t.id AS trial{} "
                  "FROM trials t JOIN searches s ON s.id = t.search",
                  columns));
  database.exec(
      fmt::format("CREATE VIEW curves AS SELECT s.name AS search, t.id AS trial, e.epoch, e.seconds{} "
                  "FROM trials t JOIN searches s ON s.id = t.search JOIN epochs e ON e.search = t.search "
                  "AND e.curve = t.curve AND (t.milestone IS NULL OR e.epoch <= t.milestone)",
                  extracted("e.metrics", column_names(database, ColumnKind::metric))));
  create_profile_views(database);
}

}  // namespace stormsweep
