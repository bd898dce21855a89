#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "search/space/experiment.hpp"
#include "search/space/outcome.hpp"

namespace stormsweep {

/// A report whose metric is not finite.
struct NotFinite : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What a command reports, one JSON object per line: {"epoch": 3, "validation_loss": 0.21}. A report without an epoch
/// counts for the last milestone. All functions throw NotFinite, or std::runtime_error with the line and what is wrong.
class CommandReports {
 public:
  /// A trial whose results are complete.
  struct Row {
    std::size_t milestone = 0;
    Metrics metrics;
    double seconds = 0;               ///< its duration, earlier starts included as far as their work counts
    std::vector<EpochRecord> epochs;  ///< since the row before
  };

  /// `milestones`: epochs, ascending; empty where the experiment has none. `passed` is given each row as soon as it is
  /// complete: an error in a later line takes nothing back, even where both lines come at once.
  CommandReports(const Experiment& experiment, std::vector<std::int64_t> milestones, std::function<void(Row)> passed);

  /// Takes the bytes written since the last call, `seconds` after the command's start, and reports the rows of the
  /// milestones that they pass. A milestone that they only reach may be reported again. Half a line waits for the rest.
  void add(std::string_view bytes, double seconds);
  /// The start that wrote the reports so far was stopped, and another follows. The command continues from its own
  /// checkpoint, so that its next report may be of an epoch reported before: it then replaces all reports from that
  /// epoch on, and seconds count from the report before it.
  void restart();
  double recalled_seconds() const { return before_; }  ///< of earlier starts, as far as their work counts
  /// No more is to come: reports the rows of the milestones reached, except the last one, as the command may have
  /// failed.
  void close();
  /// The command has ended well: reports the rows that are left.
  void finish(double seconds);

 private:
  void read(std::string_view line, double seconds);
  nlohmann::json read_object(std::string_view line) const;
  std::optional<std::int64_t> read_epoch(const nlohmann::json& report) const;
  Metrics read_metrics(const nlohmann::json& report) const;
  void pass(std::int64_t epoch);
  void forget_from(std::int64_t epoch);
  void pass_time(double seconds) { seconds_ = before_ + seconds; }
  void tell_row();
  std::int64_t last_milestone() const { return milestones_.empty() ? 0 : milestones_.back(); }
  std::string place() const { return "line " + std::to_string(lines_) + " of its reports"; }

  const Experiment& experiment_;
  std::vector<std::int64_t> milestones_;
  std::function<void(Row)> passed_;
  std::size_t next_ = 0;  ///< milestone without a row
  std::string rest_;      ///< the beginning of a line
  std::int64_t lines_ = 0, epoch_ = 0;
  bool restarted_ = false;                ///< and nothing has come since
  double before_ = 0;                     ///< seconds of earlier starts
  double seconds_ = 0;                    ///< now, including those
  std::map<std::int64_t, double> times_;  ///< of the reports that count, by epoch
  std::optional<Metrics> latest_;         ///< the last report, of epoch_
  std::vector<EpochRecord> records_;
};

}  // namespace stormsweep
