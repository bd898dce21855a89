#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "master/report/funnel.hpp"

namespace stormsweep {

/// The progress of a search, from its database; times in seconds.
struct SearchReport {
  struct Running {
    std::int64_t trial, attempt, worker;
    std::string host;
    double seconds;  ///< since it started
  };
  struct Failure {
    std::string status, error;     ///< of the first trial
    std::int64_t trials, example;  ///< how many have that reason, and the first of them
  };
  struct Best {
    std::int64_t trial;
    double value;
    std::optional<std::int64_t> epoch;  ///< where the search chooses by the best epoch
  };

  std::string name, experiment, metric, goal;
  std::map<std::string, std::int64_t> statuses;  ///< trials of the space by status
  std::uint64_t others = 0;                      ///< rows that are not present (PresentRows)
  std::optional<std::string> part;               ///< "part 0 of 3", where the database holds a part of the search
  std::optional<std::uint64_t> total;            ///< trials of the space, or of the part; nothing where they cannot
                                                 ///< be counted
  std::optional<double> trials_per_hour;  ///< over the last `rate_trials` that ended, in whatever runs, without pauses
  std::optional<Best> best;
  std::vector<Running> running;   ///< at most `most_shown`, the longest first
  std::vector<Failure> failures;  ///< at most `most_shown`, the most frequent first
  std::int64_t reasons = 0;       ///< number of different reasons, of which `failures` has some
  std::vector<Funnel> brackets;   ///< at most `most_shown`, the last ones
  std::string master;             ///< "running on node1 ...", "not running; ..."

  static constexpr int rate_trials = 1000;
  static constexpr int most_shown = 10;

  std::uint64_t done() const;  ///< trials that have ended, in whatever way
};

/// Reports of one search, or of all where `search` is empty. Throws InputError: see open_for_reading, read_searches.
std::vector<SearchReport> report_searches(const std::filesystem::path& file, const std::string& search);

nlohmann::ordered_json to_json(const SearchReport& report);
std::string to_text(const SearchReport& report);

}  // namespace stormsweep
