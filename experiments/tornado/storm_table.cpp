#include "experiments/tornado/storm_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

#include "search/base/output.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

namespace {

void warn_of_one_class(const SplitCounts& counts, const char* rule, std::int64_t SplitCount::*positives) {
  std::string splits;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i].*positives == 0 || counts[i].*positives == counts[i].storms)
      splits.append(splits.empty() ? "" : ", ").append(split_names[i]);
  }
  if (splits.empty()) return;
  remark("warning: with label {}, one class only in {}; metrics that need both will be NULL\n", rule, splits);
}

}  // namespace

void print_storm_table(const SplitCounts& counts) {
  Table table{.header = {"split", "storms", "positive (label max)", "positive (label mean)"},
              .numeric = {false, true, true, true}};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    table.rows.push_back({split_names[i], std::to_string(counts[i].storms), std::to_string(counts[i].positive_max),
                          std::to_string(counts[i].positive_mean)});
  }
  fmt::print("{}", to_text(table));
  std::fflush(stdout);
  warn_of_one_class(counts, "max", &SplitCount::positive_max);
  // Real storms hardly ever reach a mean of 0.008 1/s, so without any there is no warning: the table shows the zeros.
  const auto reaches_mean = [](const SplitCount& count) { return count.positive_mean > 0; };
  if (std::ranges::any_of(counts, reaches_mean)) warn_of_one_class(counts, "mean", &SplitCount::positive_mean);
}

}  // namespace stormsweep
