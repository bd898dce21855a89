#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "master/store/store.hpp"
#include "search/base/progress_line.hpp"
#include "search/base/time.hpp"
#include "search/messages/wire.hpp"

namespace stormsweep {

/// What a waiting user wants to know.
struct Standing {
  std::optional<std::uint64_t> total;  ///< trials of the space, where they can be counted
  StatusCounts counts;                 ///< committed rows
  std::size_t running = 0;
  std::size_t staging = 0;                   ///< workers that copy the data to their machines
  Seconds staged_for{0};                     ///< since staging was ordered
  std::vector<wire::Pursuit> pursuits = {};  ///< what workers that stage or lead a training have last reported
  std::optional<RatedTrial> best;
  std::uint64_t ended_here = 0;  ///< trials that ended in this run
};

/// Shows the progress of a search on standard error.
class Progress {
 public:
  /// `columns`: the terminal's width; 0 where there is none.
  Progress(std::string search, std::string metric, int columns, Seconds now);

  /// Trials begin now: rates count from here, not from the start.
  void begin(Seconds now) { began_ = now; }
  /// Whether it is time to show how it stands.
  bool due(Seconds now) { return line_.due(now); }
  void show(const Standing& standing, Seconds now) const;
  /// A line of its own, above the bar.
  void say(const std::string& line) const { line_.say(line); }
  /// Removes the bar and prints the final standing as a line.
  void finish(const Standing& standing, Seconds now) const;

 private:
  /// Parts of a line: `end` has all but the remaining time; the others are left out in this order where there is no
  /// room.
  enum class Detail { end, pursuits, trial, best, least };
  std::string words(const Standing& standing, Seconds now, Detail from) const;

  std::string search_, metric_;
  ProgressLine line_;
  Seconds began_;
};

}  // namespace stormsweep
