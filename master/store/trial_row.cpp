#include "master/store/trial_row.hpp"

#include <fmt/format.h>

#include <concepts>
#include <cstring>

#include "master/store/damaged_row.hpp"
#include "master/store/json_text.hpp"

namespace stormsweep {

namespace {

/// Binds one column after the other.
struct Binder {
  SQLite::Statement& statement;
  int next;

  void operator()(const TrialColumn&, std::integral auto value) {
    statement.bind(next++, static_cast<std::int64_t>(value));
  }
  void operator()(const TrialColumn&, const std::optional<std::int64_t>& value) { value ? put(*value) : null(); }
  void operator()(const TrialColumn&, const std::optional<double>& value) { value ? put(*value) : null(); }
  void operator()(const TrialColumn&, const Identity& key) {
    statement.bindNoCopy(next++, key.data(), static_cast<int>(key.size()));
  }
  void operator()(const TrialColumn&, Status status) { put(std::string(to_string(status))); }
  void operator()(const TrialColumn& column, const std::string& text) {
    text.empty() && column.may_be_null() ? null() : statement.bindNoCopy(next++, text);
  }
  void operator()(const TrialColumn&, double time) { time == 0 ? null() : put(time); }
  void operator()(const TrialColumn&, const Timings& timings) {
    for (const TimingColumn& timing : timing_columns) timings == Timings{} ? null() : put(timings.*timing.member);
  }

  void put(const auto& value) { statement.bind(next++, value); }
  void null() { statement.bind(next++); }
};

/// Reads one column after the other.
struct Fetcher {
  SQLite::Statement& statement;
  int next;
  std::string_view search;

  SQLite::Column get() { return statement.getColumn(next++); }
  std::int64_t trial() const { return statement.getColumn(0).getInt64(); }

  void operator()(const TrialColumn&, std::integral auto& value) {
    value = static_cast<std::remove_reference_t<decltype(value)>>(get().getInt64());
  }
  void operator()(const TrialColumn&, std::optional<std::int64_t>& value) {
    if (const SQLite::Column column = get(); !column.isNull()) value = column.getInt64();
  }
  void operator()(const TrialColumn&, std::optional<double>& value) {
    if (const SQLite::Column column = get(); !column.isNull()) value = column.getDouble();
  }
  void operator()(const TrialColumn& column, Identity& key) {
    const SQLite::Column blob = get();
    const auto identity = read_identity(blob);
    if (!identity)
      throw DamagedRow::of_trial(trial(), search, fmt::format("has, as {}, {} bytes", column.name, blob.getBytes()));
    key = *identity;
  }
  void operator()(const TrialColumn&, Status& status) { status = parse_status(get().getString(), trial(), search); }
  void operator()(const TrialColumn&, std::string& text) { text = get().getString(); }
  void operator()(const TrialColumn&, double& time) { time = get().getDouble(); }
  void operator()(const TrialColumn&, Timings& timings) {
    for (const TimingColumn& timing : timing_columns) timings.*timing.member = get().getDouble();
  }
};

/// Appends one member of a JSON object after the other.
struct JsonLine {
  std::string text = "{";

  void operator()(std::string_view name, std::integral auto value) { raw(name, std::to_string(value)); }
  void operator()(std::string_view name, std::string_view value) {
    raw(name, "");
    append_json(text, value);
  }
  void raw(std::string_view name, std::string_view json) {
    if (text.back() != '{') text += ',';
    append_json(text, name);
    text += ':';
    text += json;
  }

  void operator()(const TrialColumn& column, std::integral auto value) { (*this)(column.name, value); }
  void operator()(const TrialColumn& column, Status status) { (*this)(column.name, to_string(status)); }
  void operator()(const TrialColumn& column, const std::string& value) {
    if (value.empty() && column.may_be_null()) return raw(column.name, "null");
    column.shown == Shown::plain ? (*this)(column.name, value) : raw(column.name, value);  // others are JSON already
  }
  void operator()(const TrialColumn& column, const std::optional<std::int64_t>& value) {
    raw(column.name, value ? std::to_string(*value) : "null");
  }
  void operator()(const TrialColumn& column, const std::optional<double>& value) {
    raw(column.name, value ? "" : "null");
    if (value) append_json(text, *value);
  }
  void operator()(const TrialColumn& column, double time) {
    raw(column.name, time == 0 ? "null" : "");
    if (time != 0) append_json(text, time);
  }
  void operator()(const TrialColumn& column, const Timings& timings) {
    if (timings == Timings{}) return raw(column.name, "null");
    Metrics named;
    for (const TimingColumn& timing : timing_columns) named.emplace_back(timing.name, timings.*timing.member);
    raw(column.name, "");
    append_json(text, named);
  }
  void operator()(const TrialColumn&, const Identity&) {}  // not shown
};

}  // namespace

const std::string& trial_column_list() {
  static const std::string list = [] {
    std::string names;
    for (const TrialColumn& column : trial_columns()) names.append(names.empty() ? "" : ", ").append(column.name);
    return names;
  }();
  return list;
}

std::string upsert_sql() {
  std::string values, changes;
  for (const TrialColumn& column : trial_columns()) {
    values += ", ?";
    changes += fmt::format("{}{} = excluded.{}", changes.empty() ? "" : ", ", column.name, column.name);
  }
  return fmt::format(
      "INSERT INTO trials (search, {}) VALUES (?{}) ON CONFLICT DO UPDATE SET {} "
      "WHERE status IN ('waiting', 'running')",
      trial_column_list(), values, changes);
}

std::string waiting_again() {
  std::string change = "status = 'waiting', attempt = 1";
  for (const char* column : {"metrics", "best_epoch", "best_metric", "error", "started", "finished"})
    change += fmt::format(", {} = NULL", column);
  for (const TimingColumn& timing : timing_columns) change += fmt::format(", {} = NULL", timing.name);
  return change;
}

std::optional<Identity> read_identity(const SQLite::Column& column) {
  Identity identity;
  if (column.getBytes() != static_cast<int>(identity.size())) return std::nullopt;
  std::memcpy(identity.data(), column.getBlob(), identity.size());
  return identity;
}

void bind_record(SQLite::Statement& statement, int first, const TrialRecord& record) {
  each_column(record, Binder{statement, first});
}

TrialRecord read_record(SQLite::Statement& statement, int first, std::string_view search) {
  TrialRecord record;
  each_column(record, Fetcher{statement, first, search});
  return record;
}

Status parse_status(std::string_view name, std::int64_t trial, std::string_view search) {
  if (const auto status = find_status(name)) return *status;
  throw DamagedRow::of_trial(trial, search, fmt::format("has the status '{}'", name));
}

void append_line(std::string& out, std::string_view search, TrialId id, const TrialRecord& record) {
  JsonLine line;
  line("search", search);
  line("trial", id.value);
  each_column(record, [&](const TrialColumn& column, const auto& value) {
    if (column.shown != Shown::no) line(column, value);
  });
  out += line.text + "}\n";
}

}  // namespace stormsweep
