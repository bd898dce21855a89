#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <optional>
#include <string>

#include "master/store/store.hpp"
#include "search/space/configuration.hpp"
#include "search/space/outcome.hpp"

namespace stormsweep {

/// One row of the table `trials`, configuration and metrics as JSON text.
struct TrialRecord {
  Identity identity{};
  std::uint64_t seed = 0;
  TrainingId training;
  Identity curve{};                       ///< key of its training's curves
  std::optional<std::int64_t> milestone;  ///< its epochs, where the experiment has milestones
  std::string configuration;
  Status status = Status::waiting;
  std::uint32_t attempt = 1;
  WorkerInfo worker;
  Timings timings;      ///< all 0: not measured, and NULL in the table, so that means are of what was measured
  std::string metrics;  ///< empty while it runs
  std::string error;
  double started = 0, finished = 0;  ///< 0: unknown
};

/// Columns of `trials` in the order of `bind_record` and `read_record`.
inline constexpr const char* trial_columns =
    "identity, seed, training, curve, milestone, configuration, status, attempt, worker, host, device, threads, gang, "
    "ranks, cpu, versions, wall_seconds, load_seconds, augment_seconds, train_seconds, test_seconds, "
    "samples_per_second, "
    "flops, peak_share, metrics, error, started, finished";
inline constexpr int trial_column_count = 28;

/// Inserts a record: parameter 1 is its search, the others are bind_record's. It replaces one that waits or runs; a
/// terminal row stays (no row changes), because a worker that was given up may still deliver what another one did in
/// its place.
std::string upsert_sql();

/// Binds `record` to 27 parameters from number `first`. Texts are borrowed: it must outlive the execution.
void bind_record(SQLite::Statement& statement, int first, const TrialRecord& record);
/// The record in 27 columns from number `first`.
TrialRecord read_record(SQLite::Statement& statement, int first);

/// The trial as one JSON line: {"search", "trial", "seed", "status", "attempt", "worker", "host", "device", "threads",
/// "gang", "ranks", "cpu", "versions", "configuration", "timings", "metrics", "error", "started", "finished"}; times in
/// seconds since 1970-01-01 UTC.
void append_line(std::string& out, const std::string& search, TrialId id, const TrialRecord& record);

/// complete, failed, diverged, out_of_memory or pruned.
bool is_terminal(Status status);
/// The status of that name, as the store wrote it.
Status parse_status(std::string_view name);

}  // namespace stormsweep
