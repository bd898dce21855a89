#include "master/store/merge.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include <functional>
#include <string>

#include "master/store/best_epoch.hpp"
#include "master/store/database.hpp"
#include "master/store/epoch_rows.hpp"
#include "master/store/json_member.hpp"
#include "master/store/process_identity.hpp"
#include "master/store/schema.hpp"
#include "master/store/shared_trainings.hpp"
#include "master/store/sql_text.hpp"
#include "master/store/stored_extent.hpp"
#include "master/store/stored_proposals.hpp"
#include "master/store/stored_share.hpp"
#include "master/store/trial_row.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// Rows read at once. A file cannot be committed to while it is read, and a running search must not wait long.
constexpr int merged_rows = 5000;

/// A row of the table `searches`, as far as merging needs it.
struct Search {
  std::int64_t id = 0;
  std::string name, experiment, fingerprint, choice, space;  ///< choice: metric and goal
  bool written = false;                                      ///< its writer may be alive
};

/// The searches of a database; only that of one name where it is given.
std::vector<Search> read_all(SQLite::Database& database, const std::string& name = {}) {
  const ProcessIdentity self = onlooker();
  SQLite::Statement select(database,
                           "SELECT id, name, experiment, fingerprint, writer_host, writer_pid, writer_seen, "
                           "metric || ' ' || goal, space FROM searches WHERE ?1 = '' OR name = ?1 ORDER BY id");
  select.bind(1, name);
  std::vector<Search> searches;
  while (select.executeStep()) {
    const auto get = [&](int column) { return select.getColumn(column); };
    searches.push_back({get(0).getInt64(), get(1).getString(), get(2).getString(), get(3).getString(),
                        get(7).getString(), get(8).getString(), false});
    if (!get(4).isNull())
      searches.back().written = may_be_alive({get(4).getString(), get(5).getInt64(), "", get(6).getDouble()}, self);
  }
  return searches;
}

/// shared_otherwise of the spaces of two searches.
std::string shared_otherwise(const Search& from, const Search& into) {
  const auto earlier = read_earlier(from.space, from.name), prevailing = read_earlier(into.space, into.name);
  return earlier && prevailing ? shared_otherwise(*earlier, *prevailing->experiment) : "";
}

/// Calls `next` until it returns less than a chunk of rows.
void in_chunks(const std::function<int()>& next) {
  while (next() == merged_rows) {
  }
}

/// Whether the merged searches can be continued, or are only read, as a union is.
enum class Use { continued, read };

class Merge {
 public:
  Merge(SQLite::Database& into, const fs::path& place, const fs::path& from, Use use)
      : into_(into), place_(place), from_file_(from), use_(use), from_(open_for_reading(from)) {}

  Merged run() {
    // Searches of the same name may number their trainings differently.
    guarded(place_, [&] { index_identities(into_); });
    for (const Search& search : read_all(from_)) {
      const std::int64_t target = find_or_insert(search);
      if (use_ == Use::continued) copy_decisions(search, target);
      const Merged before = merged_;
      copy_trials(search, target);
      copy_epochs(search.id, target);
      if (read_all(into_, search.name).at(0).choice != search.choice) renew_best_epochs(into_, target);
      if (merged_.added + merged_.ended > before.added + before.ended) {
        forget_json(target);
        forget_share(into_, search.name);  // it is no longer just a share
      }
    }
    copy_columns();  // last: the search may have added a metric meanwhile
    return merged_;
  }

 private:
  std::int64_t find_or_insert(const Search& search) {
    const std::vector<Search> there = read_all(into_, search.name);
    if (there.empty()) return insert(search.id);
    if (there[0].experiment != search.experiment) refuse_other(search, "is of another experiment");
    if (there[0].fingerprint != search.fingerprint) refuse_other(search, "was trained on other data");
    if (const std::string how = shared_otherwise(search, there[0]); !how.empty())
      refuse_other(search, fmt::format("shares trainings otherwise ({})", how));
    return there[0].id;
  }

  [[noreturn]] void refuse(const Search& search, const std::string& what) const {
    throw InputError(fmt::format("{}: search '{}' there {}", from_file_.string(), search.name, what));
  }

  [[noreturn]] void refuse_other(const Search& search, const std::string& what) const {
    if (use_ == Use::read)
      refuse(search, what + " than that of the same name in a file before it; ask one file after the other");
    refuse(search, fmt::format("{} than in {}; merge it into another file", what, place_.string()));
  }

  /// Decisions of earlier runs that later ones build on.
  void copy_decisions(const Search& search, std::int64_t target) {
    if (!copy_proposals(from_, search.id, into_, target)) refuse_other(search, "has made other proposals");
    if (!copy_extent(from_, search.id, into_, target)) refuse_other(search, "has another extent, or budget,");
  }

  std::int64_t insert(std::int64_t id) {
    constexpr const char* fields = "name, experiment, fingerprint, metric, goal, metric_at, space, numbering, created";
    SQLite::Statement select(from_, fmt::format("SELECT {} FROM searches WHERE id = ?", fields));
    select.bind(1, id);
    select.executeStep();
    SQLite::Statement insert(into_,
                             fmt::format("INSERT INTO searches ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", fields));
    for (int i = 0; i < 7; ++i) insert.bind(i + 1, select.getColumn(i).getString());
    insert.bind(8, select.getColumn(7).getInt64());
    insert.bind(9, select.getColumn(8).getDouble());
    guarded(place_, [&] { insert.exec(); });
    return into_.getLastInsertRowid();
  }

  void copy_trials(const Search& search, std::int64_t target) {
    SQLite::Statement select(from_, fmt::format("SELECT id, {} FROM trials WHERE search = ? AND id > ? ORDER BY id "
                                                "LIMIT {}",
                                                trial_column_list(), merged_rows));
    SQLite::Statement upsert(into_, upsert_sql());
    upsert.bind(1, target);
    std::int64_t last = 0;
    in_chunks([&] {
      select.tryReset();
      SQLite::bind(select, search.id, last);
      int rows = 0;
      for (; select.executeStep(); ++rows) {
        last = select.getColumn(0).getInt64();
        TrialRecord record = read_record(select, 1, search.name);
        if (record.status == Status::running && !search.written) record.status = Status::waiting;
        put(upsert, record);
      }
      return rows;
    });
  }

  void put(SQLite::Statement& upsert, const TrialRecord& record) {
    sqlite3_set_last_insert_rowid(into_.getHandle(), 0);  // tells an insertion from an update
    upsert.tryReset();
    bind_record(upsert, 2, record);
    const bool changed = guarded(place_, [&] { return upsert.exec() > 0; });  // a full disk would be that of `place`
    if (changed && into_.getLastInsertRowid() != 0) {
      ++merged_.added;
    } else if (is_terminal(record.status)) {
      ++(changed ? merged_.ended : merged_.kept);
    }
  }

  void copy_epochs(std::int64_t search, std::int64_t target) {
    SQLite::Statement select(from_,
                             fmt::format("SELECT curve, epoch, seconds, metrics FROM epochs WHERE search = ? AND "
                                         "(curve, epoch) > (?, ?) ORDER BY curve, epoch LIMIT {}",
                                         merged_rows));
    EpochRows rows_there(into_);
    std::string curve, next_curve;
    std::int64_t epoch = 0, next_epoch = 0;
    in_chunks([&] {
      select.tryReset();
      select.bind(1, search);
      select.bindNoCopy(2, curve.data(), static_cast<int>(curve.size()));
      select.bind(3, epoch);
      int rows = 0;
      for (; select.executeStep(); ++rows) {
        const std::string key = select.getColumn(0).getString();
        const std::int64_t number = select.getColumn(1).getInt64();
        guarded(place_, [&] {
          rows_there.insert(target, std::as_bytes(std::span(key)), number, select.getColumn(2).getDouble(),
                            select.getColumn(3).getString());
        });
        next_curve = key, next_epoch = number;
      }
      curve = next_curve, epoch = next_epoch;  // only now, as `select` borrows them
      return rows;
    });
  }

  void copy_columns() {
    SQLite::Statement select(from_, "SELECT experiment, kind, name FROM columns ORDER BY rowid");
    SQLite::Statement insert(into_, "INSERT OR IGNORE INTO columns (experiment, kind, name) VALUES (?, ?, ?)");
    while (select.executeStep()) {
      insert.tryReset();
      for (int i = 0; i < 3; ++i) insert.bind(i + 1, select.getColumn(i).getString());
      insert.exec();
    }
  }

  /// JSON lines of a search in `into` lack the rows just added, and must be rewritten.
  void forget_json(std::int64_t search) {
    SQLite::Statement update(into_, "UPDATE searches SET json_bytes = NULL WHERE id = ?");
    update.bind(1, search);
    update.exec();
  }

  SQLite::Database& into_;
  const fs::path& place_;
  const fs::path& from_file_;
  Use use_;
  SQLite::Database from_;
  Merged merged_;
};

}  // namespace

Merged& Merged::operator+=(const Merged& other) {
  added += other.added, ended += other.ended, kept += other.kept;
  return *this;
}

std::string searches_in(const std::vector<fs::path>& files) {
  std::vector<std::string> names;
  for (const fs::path& file : files)
    guarded(file, [&] {
      SQLite::Database database = open_for_reading(file);
      for (const Search& search : read_all(database)) names.push_back(sql_literal(search.name));
    });
  return fmt::format("name IN ({})", fmt::join(names, ", "));
}

Merged merge_database(SQLite::Database& into, const fs::path& place, const fs::path& from) {
  return guarded(from, [&] { return Merge(into, place, from, Use::continued).run(); });
}

SQLite::Database union_of(const std::vector<fs::path>& files) {
  SQLite::Database database("", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  read_members_quickly(database);
  SQLite::Transaction transaction(database);
  create_tables(database);
  for (const fs::path& file : files)
    guarded(file, [&] { return Merge(database, files.front(), file, Use::read).run(); });
  guarded(files.front(), [&] { create_views(database); });
  transaction.commit();
  return database;
}

}  // namespace stormsweep
