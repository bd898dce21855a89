#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace stormsweep {

/// Waiting and running are passing; the others are terminal: a configuration ends in exactly one of them.
enum class Status : std::uint8_t { waiting, running, complete, failed, diverged, out_of_memory };
std::string_view to_string(Status status);
/// The reverse; nothing where no status has that name.
std::optional<Status> find_status(std::string_view name);
/// complete, failed, diverged or out_of_memory.
bool is_terminal(Status status);

/// Metrics by name; NaN means undefined (AUC of one class, say) and is NULL in the store.
using Metrics = std::vector<std::pair<std::string, double>>;

/// Seconds of wall time from the start of the training to this trial's milestone: what the trial would have taken
/// alone.
struct Timings {
  double wall = 0;                ///< everything
  double load = 0;                ///< opening data and building the network
  double augment = 0;             ///< time that training waited for batches
  double train = 0;               ///< forward, backward, optimiser
  double test = 0;                ///< evaluation
  double samples_per_second = 0;  ///< training samples / train
  double flops = 0;               ///< FLOP/s while training, from the network's own count
  double peak_share = 0;          ///< flops as a share of what the gang's devices reach in a large convolution
  double rank_seconds = 0;        ///< wall of all the gang's ranks together: what it costs; the store works it out

  bool operator==(const Timings&) const = default;
};

/// What a timing is called in the database, and where Timings has it.
struct TimingColumn {
  std::string_view name;
  double Timings::*member;
};
/// All of them, once: messages, rows and JSON lines follow this list.
inline constexpr std::array timing_columns{TimingColumn{"wall_seconds", &Timings::wall},
                                           TimingColumn{"load_seconds", &Timings::load},
                                           TimingColumn{"augment_seconds", &Timings::augment},
                                           TimingColumn{"train_seconds", &Timings::train},
                                           TimingColumn{"test_seconds", &Timings::test},
                                           TimingColumn{"samples_per_second", &Timings::samples_per_second},
                                           TimingColumn{"flops", &Timings::flops},
                                           TimingColumn{"peak_share", &Timings::peak_share},
                                           TimingColumn{"rank_seconds", &Timings::rank_seconds}};
static_assert(sizeof(Timings) == timing_columns.size() * sizeof(double), "list every timing");

/// What became of one trial.
struct Outcome {
  Status status = Status::complete;
  Timings timings;
  Metrics metrics;
  std::string error;                 ///< the reason of a status other than complete; one line
  double started = 0, finished = 0;  ///< seconds since 1970-01-01 UTC

  bool operator==(const Outcome&) const = default;
};

/// In an error, what comes between the reason and the folder that tells more.
inline constexpr std::string_view see_folder = "; see ";

/// One point of a training's curves.
struct EpochRecord {
  std::int64_t epoch = 0;  ///< from 1
  double seconds = 0;      ///< since the training's start
  Metrics metrics;

  bool operator==(const EpochRecord&) const = default;
};

}  // namespace stormsweep
