#include "master/store/trial_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "master/store/json_text.hpp"

namespace stormsweep {

namespace {

constexpr std::array statuses{Status::waiting,  Status::running,       Status::complete, Status::failed,
                              Status::diverged, Status::out_of_memory, Status::pruned};

/// Binds or reads one column after the other.
struct Binder {
  SQLite::Statement& statement;
  int next;

  void operator()(std::int64_t value) { statement.bind(next++, value); }
  void operator()(double value) { statement.bind(next++, value); }
  void operator()(const std::string& text) { statement.bindNoCopy(next++, text); }
  void operator()(const Identity& key) { statement.bindNoCopy(next++, key.data(), static_cast<int>(key.size())); }
  void text_or_null(const std::string& text) { text.empty() ? null() : (*this)(text); }
  void null() { statement.bind(next++); }
};

Identity read_identity(const SQLite::Column& column) {
  Identity key{};
  assert(column.getBytes() == static_cast<int>(key.size()));
  std::memcpy(key.data(), column.getBlob(), key.size());
  return key;
}

void append_field(std::string& out, std::string_view name, std::string_view json) {
  if (out.back() != '{') out += ',';
  append_json(out, name);
  out += ':';
  out += json;
}

std::string text_json(std::string_view text) {
  std::string out;
  append_json(out, text);
  return out;
}

std::string time_json(double seconds) {
  std::string out;
  seconds == 0 ? out.assign("null") : (append_json(out, seconds), out);
  return out;
}

}  // namespace

std::string upsert_sql() {
  std::string values = "?", excluded = trial_columns;
  for (int i = 0; i < trial_column_count; ++i) values += ", ?";
  for (std::size_t at = 0; at != excluded.npos; at = excluded.find(", ", at))
    excluded.insert(at += at ? 2 : 0, "excluded.");
  return fmt::format(
      "INSERT INTO trials (search, {0}) VALUES ({1}) ON CONFLICT DO UPDATE SET ({0}) = ({2}) "
      "WHERE status IN ('waiting', 'running')",
      trial_columns, values, excluded);
}

void bind_record(SQLite::Statement& statement, int first, const TrialRecord& record) {
  Binder put{statement, first};
  put(record.identity);
  put(static_cast<std::int64_t>(record.seed));
  put(static_cast<std::int64_t>(record.training.value));
  put(record.curve);
  record.milestone ? put(*record.milestone) : put.null();
  put(record.configuration);
  statement.bind(put.next++, std::string(to_string(record.status)));
  put(static_cast<std::int64_t>(record.attempt));
  put(static_cast<std::int64_t>(record.worker.id.value));
  put(record.worker.host);
  put(record.worker.device);
  put(static_cast<std::int64_t>(record.worker.threads));
  put(static_cast<std::int64_t>(record.worker.gang));
  put(record.worker.ranks);
  put(record.worker.cpu);
  put(record.worker.versions);
  const Timings& t = record.timings;
  for (const double value : {t.wall, t.load, t.augment, t.train, t.test, t.samples_per_second, t.flops, t.peak_share})
    t == Timings{} ? put.null() : put(value);
  put.text_or_null(record.metrics);
  put.text_or_null(record.error);
  for (const double time : {record.started, record.finished}) time != 0 ? put(time) : put.null();
  assert(put.next == first + trial_column_count);
}

TrialRecord read_record(SQLite::Statement& statement, int first) {
  int next = first;
  const auto get = [&] { return statement.getColumn(next++); };
  TrialRecord r;
  r.identity = read_identity(get());
  r.seed = static_cast<std::uint64_t>(get().getInt64());
  r.training = TrainingId{static_cast<std::uint64_t>(get().getInt64())};
  r.curve = read_identity(get());
  if (const auto column = get(); !column.isNull()) r.milestone = column.getInt64();
  r.configuration = get().getString();
  r.status = parse_status(get().getString());
  r.attempt = get().getUInt();
  r.worker.id = WorkerId{static_cast<std::uint64_t>(get().getInt64())};
  r.worker.host = get().getString();
  r.worker.device = get().getString();
  r.worker.threads = get().getInt();
  r.worker.gang = get().getInt();
  r.worker.ranks = get().getString();
  r.worker.cpu = get().getString();
  r.worker.versions = get().getString();
  Timings& t = r.timings;
  for (double* value :
       {&t.wall, &t.load, &t.augment, &t.train, &t.test, &t.samples_per_second, &t.flops, &t.peak_share})
    *value = get().getDouble();
  r.metrics = get().getString();
  r.error = get().getString();
  r.started = get().getDouble();
  r.finished = get().getDouble();
  return r;
}

void append_line(std::string& out, const std::string& search, TrialId id, const TrialRecord& record) {
  const Timings& t = record.timings;
  const WorkerInfo& worker = record.worker;
  std::string line = "{";
  const auto text = [&](std::string_view name, std::string_view value) { append_field(line, name, text_json(value)); };
  const auto number = [&](std::string_view name, auto value) { append_field(line, name, std::to_string(value)); };
  text("search", search);
  number("trial", id.value);
  number("seed", record.seed);
  text("status", to_string(record.status));
  number("attempt", record.attempt);
  number("worker", worker.id.value);
  text("host", worker.host);
  text("device", worker.device);
  number("threads", worker.threads);
  number("gang", worker.gang);
  text("ranks", worker.ranks);
  text("cpu", worker.cpu);
  text("versions", worker.versions);
  append_field(line, "configuration", record.configuration);
  std::string timings;
  append_json(timings, Metrics{{"wall_seconds", t.wall},
                               {"load_seconds", t.load},
                               {"augment_seconds", t.augment},
                               {"train_seconds", t.train},
                               {"test_seconds", t.test},
                               {"samples_per_second", t.samples_per_second},
                               {"flops", t.flops},
                               {"peak_share", t.peak_share}});
  append_field(line, "timings", t == Timings{} ? "null" : timings);
  append_field(line, "metrics", record.metrics);
  append_field(line, "error", record.error.empty() ? "null" : text_json(record.error));
  append_field(line, "started", time_json(record.started));
  append_field(line, "finished", time_json(record.finished));
  out += line + "}\n";
}

bool is_terminal(Status status) {
  return status != Status::waiting && status != Status::running;
}

Status parse_status(std::string_view name) {
  const auto found =
      std::find_if(statuses.begin(), statuses.end(), [&](Status status) { return to_string(status) == name; });
  assert(found != statuses.end());
  return *found;
}

}  // namespace stormsweep
