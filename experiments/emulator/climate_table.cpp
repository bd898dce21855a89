#include "experiments/emulator/climate_table.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "datasets/climate/climate_set.hpp"
#include "datasets/files/splits.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

namespace {

void add_runs(const std::string& split, const ClimateLayout& layout, Table& table) {
  for (const ClimateRun& run : layout.runs) {
    table.rows.push_back({split, layout.scenarios[static_cast<std::size_t>(run.scenario)].name, run.member,
                          words_of_month(run.begin) + " to " + words_of_month(run.end - 1),
                          std::to_string(run.months())});
  }
}

void add_statistics(const std::vector<ClimateField>& fields, Table& table) {
  for (const ClimateField& field : fields) {
    table.rows.push_back({field.name, field.unit, field.global ? "number" : "map",
                          fmt::format("{:.5g}", field.statistics.mean),
                          fmt::format("{:.4g}", field.statistics.deviation)});
  }
}

}  // namespace

void print_climate_table(const std::filesystem::path& folder) {
  Table runs{.header = {"split", "scenario", "member", "months", ""}, .numeric = {false, false, false, false, true}};
  Table fields{.header = {"field", "unit", "", "mean", "deviation"}, .numeric = {false, false, false, true, true}};
  for (const char* const split : split_names) {
    const std::filesystem::path path = folder / (std::string(split) + ".h5");
    if (!std::filesystem::exists(path)) continue;
    const ClimateSet set(path);
    add_runs(split, set.layout(), runs);
    if (split != split_names[0]) continue;
    add_statistics(set.layout().forcings, fields), add_statistics(set.layout().targets, fields);
    runs.title = fmt::format("{} x {} cells", set.layout().grid.height(), set.layout().grid.width());
  }
  fields.title = "over training";
  fmt::print("{}\n{}", to_text(runs), to_text(fields));
  std::fflush(stdout);
}

}  // namespace stormsweep
