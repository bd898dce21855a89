#include "master/report/tally.hpp"

#include <SQLiteCpp/Transaction.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sqlite3.h>

#include <cmath>
#include <span>
#include <unordered_map>

#include "master/report/cell.hpp"
#include "master/store/sql_text.hpp"

namespace stormsweep {

namespace {

using Names = std::vector<std::string>;
using Values = std::span<sqlite3_value* const>;

struct Sum {
  double total = 0, lost = 0;  ///< lost: by rounding
  std::int64_t count = 0;
  bool words = false;

  void add(sqlite3_value* value) {
    const int type = sqlite3_value_type(value);
    if (type == SQLITE_NULL) return;
    if (type == SQLITE_TEXT) words = true;
    const double x = sqlite3_value_double(value), before = total;
    total += x;
    lost += std::abs(before) >= std::abs(x) ? (before - total) + x : (x - total) + before;
    ++count;
  }

  Cell cell() const {
    if (words) return "words";
    if (count == 0) return {};
    return std::isfinite(lost) ? total + lost : total;  // with infinite numbers `lost` is not a number
  }
};

/// Makes no copy; sqlite3_value_text would, to append a zero.
std::string_view text_of(sqlite3_value* value) {
  const auto* const text = static_cast<const char*>(sqlite3_value_blob(value));
  return {text, static_cast<std::size_t>(sqlite3_value_bytes(value))};
}

Cell cell_of(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return sqlite3_value_int64(value);
    case SQLITE_FLOAT:
      return sqlite3_value_double(value);
    case SQLITE_NULL:
      return {};
    default:
      return std::string(text_of(value));
  }
}

template <class T>
void append_bytes(std::string& bytes, const T& number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// Appends type and contents: equal bytes mean equal values.
void append(std::string& bytes, sqlite3_value* value) {
  const int type = sqlite3_value_type(value);
  bytes += static_cast<char>(type);
  if (type == SQLITE_INTEGER) return append_bytes(bytes, sqlite3_value_int64(value));
  if (type == SQLITE_FLOAT) return append_bytes(bytes, sqlite3_value_double(value));
  if (type == SQLITE_NULL) return;
  const std::string_view text = text_of(value);
  append_bytes(bytes, text.size());
  bytes += text;
}

void bind_cell(SQLite::Statement& statement, int place, const Cell& cell) {
  statement.bind(place);  // NULL: otherwise the previous row's value would stay bound
  if (const auto* integer = std::get_if<std::int64_t>(&cell)) statement.bind(place, *integer);
  if (const auto* real = std::get_if<double>(&cell)) statement.bind(place, *real);
  if (const auto* text = std::get_if<std::string>(&cell)) statement.bind(place, *text);
}

/// Rows with equal keys that are not in the table yet.
struct Group {
  std::vector<Cell> keys;
  std::vector<Sum> sums;
};

class Tally {
 public:
  Tally(SQLite::Database& database, std::string insertion, std::size_t keys, std::size_t most)
      : database_(database), insertion_(std::move(insertion)), keys_(keys), most_(most) {}

  void add(Values row) {
    Group& group = find(row.first(keys_), row.size() - keys_);
    for (std::size_t i = keys_; i < row.size(); ++i) group.sums[i - keys_].add(row[i]);
  }

  void store() {
    SQLite::Statement insert(database_, insertion_);
    for (const Group& group : groups_) {
      int place = 0;
      for (const Cell& key : group.keys) bind_cell(insert, ++place, key);
      for (const Sum& sum : group.sums) {
        bind_cell(insert, ++place, sum.cell());
        insert.bind(++place, sum.count);
      }
      insert.exec();
      insert.reset();
    }
    groups_.clear();
    places_.clear();
  }

 private:
  Group& find(Values keys, std::size_t sums) {
    bytes_.clear();
    for (sqlite3_value* const key : keys) append(bytes_, key);
    if (const auto found = places_.find(bytes_); found != places_.end()) return groups_[found->second];
    if (groups_.size() == most_) store();
    places_.emplace(bytes_, groups_.size());
    Group& group = groups_.emplace_back(Group{{}, std::vector<Sum>(sums)});
    for (sqlite3_value* const key : keys) group.keys.push_back(cell_of(key));
    return group;
  }

  SQLite::Database& database_;
  std::string insertion_;
  std::size_t keys_, most_;
  std::vector<Group> groups_;                            ///< as they come
  std::unordered_map<std::string, std::size_t> places_;  ///< in groups_, by the bytes of the keys
  std::string bytes_;                                    ///< key of one row, here to be allocated only once
};

/// SQLite is written in C: no exception may pass through it.
void tally_row(sqlite3_context* context, int size, sqlite3_value** values) {
  try {
    static_cast<Tally*>(sqlite3_user_data(context))->add(Values(values, static_cast<std::size_t>(size)));
  } catch (const SQLite::Exception& error) {
    sqlite3_result_error(context, error.what(), -1);
    sqlite3_result_error_code(context, error.getErrorCode());
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  }
}

void end_tally(sqlite3_context* context) {
  sqlite3_result_null(context);
}

std::string listed(const Names& names) {
  Names quoted;
  for (const std::string& name : names) quoted.push_back(sql_name(name));
  return fmt::format("{}", fmt::join(quoted, ", "));
}

}  // namespace

void tally(SQLite::Database& database, const std::string& table, const Names& keys, const Names& values,
           const std::string& rows, std::size_t most) {
  Names read = keys, stored = keys;
  for (const std::string& value : values) {
    read.push_back(value);
    stored.insert(stored.end(), {total_name(value), count_name(value)});
  }
  SQLite::Transaction transaction(database);  // otherwise each insertion would be a transaction
  database.exec(fmt::format("CREATE TEMP TABLE {} ({})", sql_name(table), listed(stored)));
  Tally tally(
      database,
      fmt::format("INSERT INTO temp.{} VALUES ({})", sql_name(table), fmt::join(Names(stored.size(), "?"), ", ")),
      keys.size(), most);
  database.createFunction("tally", -1, false, &tally, nullptr, tally_row, end_tally);
  SQLite::Statement(database, fmt::format("SELECT tally({}) FROM {}", listed(read), rows)).executeStep();
  tally.store();
  transaction.commit();
  database.createFunction("tally", -1, false, nullptr, nullptr);  // its pointer to `tally` is about to dangle
}

std::string total_name(const std::string& value) {
  return "total of " + value;
}

std::string count_name(const std::string& value) {
  return "number of " + value;
}

}  // namespace stormsweep
