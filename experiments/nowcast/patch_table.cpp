#include "experiments/nowcast/patch_table.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>

namespace stormsweep {

void print_patch_table(const NowcastSplitCounts& counts, RadarQuantity quantity) {
  const std::string mean = fmt::format("mean ({})", unit_of(quantity));
  fmt::print("{:<12}{:>10}{:>8}{:>14}\n", "split", "patches", "wet", mean);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i].patches == 0) continue;
    fmt::print("{:<12}{:>10}{:>6.1f} %{:>14.3f}\n", split_names[i], counts[i].patches, 100 * counts[i].wet,
               counts[i].mean);
  }
  std::fflush(stdout);
}

}  // namespace stormsweep
