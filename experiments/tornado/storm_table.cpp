#include "experiments/tornado/storm_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace stormsweep {

namespace {

void warn_of_one_class(const SplitCounts& counts, const char* rule, std::int64_t SplitCount::*positives) {
  std::string splits;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i].*positives == 0 || counts[i].*positives == counts[i].storms)
      splits.append(splits.empty() ? "" : ", ").append(split_names[i]);
  }
  if (splits.empty()) return;
  fmt::print(stderr, "warning: with label {}, one class only in {}; metrics that need both will be NULL\n", rule,
             splits);
}

}  // namespace

void print_storm_table(const SplitCounts& counts) {
  fmt::print("{:<12}{:>10}{:>22}{:>24}\n", "split", "storms", "positive (label max)", "positive (label mean)");
  for (std::size_t i = 0; i < counts.size(); ++i) {
    fmt::print("{:<12}{:>10}{:>22}{:>24}\n", split_names[i], counts[i].storms, counts[i].positive_max,
               counts[i].positive_mean);
  }
  std::fflush(stdout);
  warn_of_one_class(counts, "max", &SplitCount::positive_max);
  // Real storms hardly ever reach a mean of 0.008 1/s: whoever wants that rule reads the zeros in the table.
  const auto reaches_mean = [](const SplitCount& count) { return count.positive_mean > 0; };
  if (std::ranges::any_of(counts, reaches_mean)) warn_of_one_class(counts, "mean", &SplitCount::positive_mean);
}

}  // namespace stormsweep
