#include "search/space/trial_record.hpp"

#include <algorithm>

namespace stormsweep {

namespace {

struct Collector {
  std::vector<TrialColumn> columns;

  template <class T>
  void operator()(const TrialColumn& column, const T&) {
    columns.push_back(column);
  }
  void operator()(const TrialColumn& column, const Timings&) {
    for (const TimingColumn& timing : timing_columns) columns.push_back({timing.name, column.type, column.shown});
  }
};

}  // namespace

const std::vector<TrialColumn>& trial_columns() {
  static const std::vector<TrialColumn> all = [] {
    Collector collector;
    const TrialRecord record;
    each_column(record, collector);
    return collector.columns;
  }();
  return all;
}

bool is_result_column(std::string_view name) {
  if (name == "search" || name == "trial") return true;  // of the search, and the row's number
  return std::any_of(trial_columns().begin(), trial_columns().end(), [&](const TrialColumn& column) {
    return column.name == name && (column.shown == Shown::plain || column.shown == Shown::date);
  });
}

}  // namespace stormsweep
