#include "experiments/nowcast/patch_table.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "search/base/table.hpp"

namespace stormsweep {

void print_patch_table(const NowcastSplitCounts& counts, RadarQuantity quantity) {
  const std::string mean = fmt::format("mean ({})", unit_of(quantity));
  Table table{.header = {"split", "patches", "wet %", mean}, .numeric = {false, true, true, true}};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i].patches == 0) continue;
    table.rows.push_back({split_names[i], fmt::format("{}", counts[i].patches),
                          fmt::format("{:.1f}", 100 * counts[i].wet), fmt::format("{:.3f}", counts[i].mean)});
  }
  fmt::print("{}", to_text(table));
  std::fflush(stdout);
}

}  // namespace stormsweep
