#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stormsweep {

/// What one gang did of one training: from the start of its first trial to the end of its last one.
struct BusyInterval {
  std::vector<int> ranks;     ///< ascending, from 1
  double begin, end;          ///< seconds since 1970-01-01 UTC
  std::uint64_t trials;       ///< that ended in it
  std::string training = {};  ///< which one, by its number and curve; empty: not known
  double trained = 0;         ///< seconds, with those of starts that were stopped before a trial of theirs had ended

  double seconds() const { return std::max(trained, end - begin); }
};

/// The busy intervals of a search, in grid order: of trials that have ended and whose times are known. Throws
/// InputError: see open_for_reading; a search that is not there, or several where `search` is empty; no trial that has
/// ended.
std::vector<BusyInterval> read_busy_intervals(const std::filesystem::path& file, const std::string& search);
/// The same of a search that is there, and none where no trial has ended.
std::vector<BusyInterval> find_busy_intervals(const std::filesystem::path& file, const std::string& search);

/// A stretch of time in which nobody trained, so long that the search is taken not to have run.
struct Pause {
  double begin, end;
};
inline constexpr double shortest_pause = 60;  ///< seconds
/// Between the first begin and the last end of `busy`, stretches of time in any order.
std::vector<Pause> pauses_between(std::vector<std::pair<double, double>> busy);
/// From that begin to that end without them; 0 of nothing.
double running_seconds(const std::vector<std::pair<double, double>>& busy);

/// How ranks spent their time, pauses left out.
struct Occupancy {
  struct Rank {
    std::vector<std::pair<double, double>>
        busy;  ///< begin and end of each interval, seconds since the first one's begin
    double busy_seconds = 0, idle_seconds = 0;
    double wait_seconds = 0;  ///< the part of its idle time before its last interval: work was there, but not yet here
  };
  std::vector<Rank> ranks;  ///< rank 1 first
  double makespan = 0;      ///< from the first begin to the last end
  double paused = 0;        ///< seconds between these two that are left out
  double unplaced = 0;      ///< seconds of trainings from starts that were stopped: when that was, no row tells
  std::uint64_t trials = 0;

  double busy() const;
  double wait() const;
  double idle() const;
  double imbalance() const;  ///< the busiest rank's seconds / the mean
  double trials_per_hour() const;
  double latency() const;  ///< median seconds between two intervals of a rank; 0 where no rank has two
};

/// On `ranks` ranks, or as many as `intervals` (not empty) name, if those are more; of jobs that ran at once, whose
/// ranks have the same numbers, those of the others come last.
Occupancy occupancy(std::span<const BusyInterval> intervals, std::size_t ranks);

/// The share of each of `parts` equal parts of `seconds` in which a rank is busy, from 0 to 1, up to rounding.
std::vector<double> busy_shares(const Occupancy& occupancy, std::size_t rank, double seconds, std::size_t parts);

/// A rank's time in `width` characters that cover `seconds`: '#' where it is busy for at least half of one, else '.';
/// blanks after the makespan.
std::string timeline(const Occupancy& occupancy, std::size_t rank, double seconds, std::size_t width);

}  // namespace stormsweep
