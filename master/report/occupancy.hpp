#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stormsweep {

/// One gang's work on one training: from the start of its first trial to the end of its last one, without pauses.
struct BusyInterval {
  std::vector<int> ranks;     ///< ascending, from 1
  double begin, end;          ///< seconds since 1970-01-01 UTC
  std::uint64_t trials;       ///< trials that ended in it
  std::string training = {};  ///< its number and curve; empty: not known
  double trained = 0;         ///< seconds, including earlier starts that were stopped before any trial had ended

  double seconds() const { return std::max(trained, end - begin); }
};

/// The busy intervals of a search, in grid order, from ended trials whose times are known. Throws InputError: see
/// open_for_reading; a search that is not there, or several where `search` is empty; no trial that has ended.
std::vector<BusyInterval> read_busy_intervals(const std::filesystem::path& file, const std::string& search);
/// The same for a search that exists; empty where no trial has ended.
std::vector<BusyInterval> find_busy_intervals(const std::filesystem::path& file, const std::string& search);

/// A time in which no rank trained, long enough to assume that the search was not running.
struct Pause {
  double begin, end;
};
inline constexpr double shortest_pause = 60;  ///< seconds
/// Until when ranks were busy with what took `wall` seconds (0: unknown) between these times. An excess of
/// shortest_pause or more is a pause in between (Ctrl-Z, a suspended job); no row says when, so it is put at the end.
double busy_until(double begin, double finished, double wall);

/// Pauses between the first begin and the last end of `busy`, intervals in any order.
std::vector<Pause> pauses_between(std::vector<std::pair<double, double>> busy);
/// Seconds from the first begin to the last end, without pauses; 0 for an empty list.
double running_seconds(const std::vector<std::pair<double, double>>& busy);

/// How ranks spent their time, without pauses.
struct Occupancy {
  struct Rank {
    std::vector<std::pair<double, double>>
        busy;  ///< begin and end of each interval, seconds since the first one's begin
    double busy_seconds = 0, idle_seconds = 0;
    double wait_seconds = 0;  ///< idle time before its last interval: there was work, but the rank did not have it yet
  };
  std::vector<Rank> ranks;  ///< rank 1 first
  double makespan = 0;      ///< from the first begin to the last end
  double paused = 0;        ///< seconds of pauses between these two, which makespan leaves out
  double unplaced = 0;      ///< seconds of training in starts that were stopped, whose times no row has
  std::uint64_t trials = 0;

  double busy() const;
  double wait() const;
  double idle() const;
  double imbalance() const;  ///< the busiest rank's seconds / the mean
  double trials_per_hour() const;
  double latency() const;  ///< median seconds between two intervals of a rank; 0 where no rank has two
};

/// On `ranks` ranks, or as many as `intervals` (not empty) name, if that is more. Where jobs with equal rank numbers
/// overlap in time, the ranks of the second and later ones come last.
Occupancy occupancy(std::span<const BusyInterval> intervals, std::size_t ranks);

/// For each of `parts` equal parts of `seconds`, the share in which the rank is busy: 0 to 1, up to rounding.
std::vector<double> busy_shares(const Occupancy& occupancy, std::size_t rank, double seconds, std::size_t parts);

/// A rank's time in `width` characters that cover `seconds`: '#' where it is busy for at least half of one, else '.';
/// blanks after the makespan.
std::string timeline(const Occupancy& occupancy, std::size_t rank, double seconds, std::size_t width);

}  // namespace stormsweep
