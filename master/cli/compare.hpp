#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "search/base/options.hpp"

namespace stormsweep {

/// What `stormsweep compare SPACE` was asked.
struct ScheduleQuestion {
  std::filesystem::path space, results;  ///< results: both databases' names derive from it; may be empty
  std::vector<std::string> passed_on;    ///< options of `run`
  int workers = 0;                       ///< 0: as `run` decides
  bool json = false;
  std::string report;   ///< a page that shows both; may be empty
  std::string command;  ///< the command that asked, shown on the page
};
/// Runs the space under both schedules, each into a database of its own, checks that all metrics agree to the last bit,
/// and prints how the ranks spent their time. The exit status: that of `run` where it started nothing or stopped early;
/// 1 where some value differs or trials failed; else 0. Throws InputError.
int compare_schedules(const ScheduleQuestion& question);

/// What `stormsweep compare DATABASE` was asked.
struct ReplayQuestion {
  std::filesystem::path database;
  std::string search;
  std::vector<std::size_t> ranks;
  std::optional<std::size_t> trials;  ///< drawn from the measured trainings; nothing: those themselves
  double failures_per_hour = 0, restart = 60;
  std::uint64_t seed = 0;
  bool json = false;
};
/// Replays the trainings of a database on other numbers of ranks, and prints the outcome for each policy. Throws
/// InputError.
int compare_replays(const ReplayQuestion& question);

/// What `stormsweep compare --scaling SPACE` was asked.
struct ScalingQuestion {
  std::filesystem::path space, results;  ///< results: a database with trials of the space, or empty
  std::vector<std::size_t> ranks;        ///< ascending
  std::vector<std::string> machines;     ///< names of shipped machines, or files; empty: all shipped ones
  std::vector<std::uint64_t> at;         ///< numbers of configurations; empty: the first
  std::string plot;                      ///< a file to draw; may be empty
  bool json = false;
};
/// Predicts the weak scaling of the network, and prints it beside published results. Throws InputError.
int compare_scaling(const ScalingQuestion& question);

/// `stormsweep compare`: both schedules on one space, weak scaling, or replays of a database. Prints to standard output
/// and returns the exit status. Throws InputError, which main prints as one line.
int compare_command(const Arguments& arguments);

}  // namespace stormsweep
