#include "master/store/schema.hpp"

#include <fmt/format.h>

#include <array>

#include "master/store/database.hpp"
#include "master/store/profile_view.hpp"

namespace stormsweep {

namespace {

constexpr const char* tables = R"(
CREATE TABLE searches (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL, fingerprint TEXT NOT NULL,
  metric TEXT NOT NULL, goal TEXT NOT NULL, space TEXT NOT NULL, numbering INTEGER NOT NULL, created REAL NOT NULL,
  json_file TEXT, json_bytes INTEGER,
  writer_host TEXT, writer_pid INTEGER, writer_job TEXT, writer_seen REAL);
CREATE TABLE trials (
  id INTEGER PRIMARY KEY, search INTEGER NOT NULL REFERENCES searches(id), identity BLOB NOT NULL,
  seed INTEGER NOT NULL, training INTEGER NOT NULL, curve BLOB NOT NULL, milestone INTEGER,
  configuration TEXT NOT NULL, status TEXT NOT NULL, attempt INTEGER NOT NULL,
  worker INTEGER, host TEXT, device TEXT, threads INTEGER, gang INTEGER, ranks TEXT, cpu TEXT, versions TEXT,
  wall_seconds REAL, load_seconds REAL, augment_seconds REAL, train_seconds REAL, test_seconds REAL,
  samples_per_second REAL, flops REAL, peak_share REAL, metrics TEXT, error TEXT, started REAL, finished REAL,
  UNIQUE (search, training, identity));
CREATE INDEX trials_not_complete ON trials (search, status) WHERE status <> 'complete';
CREATE TABLE epochs (
  search INTEGER NOT NULL REFERENCES searches(id), curve BLOB NOT NULL, epoch INTEGER NOT NULL,
  seconds REAL NOT NULL, metrics TEXT NOT NULL, PRIMARY KEY (search, curve, epoch)) WITHOUT ROWID;
CREATE TABLE columns (experiment TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (experiment, kind, name));
)";

/// ", json_extract(<json>, '$."name"') AS "name"" for every name.
std::string extracted(std::string_view json, const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += fmt::format(", json_extract({}, '$.{}') AS {}", json, sql_name(name), sql_name(name));
  return text;
}

}  // namespace

void create_tables(SQLite::Database& database) {
  database.exec(tables);
  database.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", application_id, schema_version));
  create_views(database);
}

void upgrade_tables(SQLite::Database& database) {
  SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
  if (database.execAndGet("PRAGMA user_version").getInt() < 2) {  // another process may have been quicker
    database.exec("ALTER TABLE trials ADD COLUMN peak_share REAL");
    database.exec(fmt::format("PRAGMA user_version = {}", schema_version));
    create_views(database);
  }
  transaction.commit();
}

void index_identities(SQLite::Database& database) {
  database.exec("CREATE UNIQUE INDEX IF NOT EXISTS trials_by_identity ON trials (search, identity)");
}

bool identities_indexed(SQLite::Database& database) {
  return database.execAndGet("SELECT count(*) FROM sqlite_master WHERE name = 'trials_by_identity'").getInt() > 0;
}

std::string_view to_string(ColumnKind kind) {
  constexpr std::array<std::string_view, 3> names{"hyperparameter", "metric", "profile"};
  return names.at(static_cast<std::size_t>(kind));
}

std::vector<std::string> columns(SQLite::Database& database, ColumnKind kind, std::string_view experiment) {
  SQLite::Statement select(database,
                           "SELECT name FROM columns WHERE kind = ?1 AND (?2 = '' OR experiment = ?2) "
                           "GROUP BY name ORDER BY min(rowid)");
  select.bind(1, std::string(to_string(kind)));
  select.bind(2, std::string(experiment));
  std::vector<std::string> names;
  while (select.executeStep()) names.push_back(select.getColumn(0).getString());
  return names;
}

bool declare(SQLite::Database& database, ColumnKind kind, std::string_view experiment,
             const std::vector<std::string>& names) {
  SQLite::Statement insert(database, "INSERT OR IGNORE INTO columns (experiment, kind, name) VALUES (?, ?, ?)");
  int added = 0;
  for (const std::string& name : names) {
    insert.bind(1, std::string(experiment));
    insert.bind(2, std::string(to_string(kind)));
    insert.bind(3, name);
    added += insert.exec();
    insert.reset();
  }
  return added > 0;
}

void create_views(SQLite::Database& database) {
  const auto metrics = columns(database, ColumnKind::metric);
  constexpr std::string_view iso = "strftime('%Y-%m-%dT%H:%M:%SZ', t.{0}, 'unixepoch') AS {0}";
  database.exec("DROP VIEW IF EXISTS results; DROP VIEW IF EXISTS curves");
  database.exec(fmt::format(
      "CREATE VIEW results AS SELECT s.name AS search, t.id AS trial, t.seed, t.status, t.attempt, t.worker, t.host, "
      "t.device, t.threads, t.gang, t.ranks, t.cpu, t.versions{}, t.wall_seconds, t.load_seconds, t.augment_seconds, "
      "t.train_seconds, t.test_seconds, t.samples_per_second, t.flops, t.peak_share{}, t.error, {}, {} "
      "FROM trials t JOIN searches s ON s.id = t.search",
      extracted("t.configuration", columns(database, ColumnKind::hyperparameter)), extracted("t.metrics", metrics),
      fmt::format(fmt::runtime(iso), "started"), fmt::format(fmt::runtime(iso), "finished")));
  database.exec(
      fmt::format("CREATE VIEW curves AS SELECT s.name AS search, t.id AS trial, e.epoch, e.seconds{} "
                  "FROM trials t JOIN searches s ON s.id = t.search JOIN epochs e ON e.search = t.search "
                  "AND e.curve = t.curve AND (t.milestone IS NULL OR e.epoch <= t.milestone)",
                  extracted("e.metrics", metrics)));
  create_profile_views(database);
}

}  // namespace stormsweep
