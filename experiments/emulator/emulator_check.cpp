#include "experiments/emulator/emulator_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "datasets/climate/climate_set.hpp"
#include "datasets/files/splits.hpp"
#include "experiments/emulator/emulator_evaluation.hpp"
#include "experiments/emulator/pattern_scaling.hpp"
#include "models/emulator_network.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

std::string note(const std::string& split, const ClimateLayout& layout, std::int64_t window) {
  const auto windows = climate_windows(layout, window);
  const auto [first, last] = std::ranges::minmax_element(windows, {}, &ClimateWindow::month);
  return fmt::format("{}: {} windows of {} months, of {} runs on {} x {} cells, from {} to {}", split, windows.size(),
                     window, layout.runs.size(), layout.grid.height(), layout.grid.width(),
                     words_of_month(first->month), words_of_month(last->month));
}

void check_alike(const ClimateSet& set, const ClimateSet& train) {
  const auto refuse = [&](const char* what) {
    throw InputError(fmt::format("{}: its {} are not those of {}; make both in one go with stormsweep prepare emulator",
                                 set.path().string(), what, train.path().string()));
  };
  const ClimateLayout &a = set.layout(), &b = train.layout();
  if (a.grid != b.grid) refuse("latitudes and longitudes");
  if (a.forcings != b.forcings) refuse("forcings, or their statistics,");
  if (a.targets != b.targets) refuse("targets, or their statistics,");
}

void check_windows(const ClimateSet& set, std::int64_t window) {
  if (climate_windows(set.layout(), window).empty())
    throw InputError(fmt::format("{}: has no month with {} months of forcings before it; ask for a smaller window",
                                 set.path().string(), window));
}

/// What training costs at its largest: weights, gradients and the two moments of Adam.
std::string memory_note(const Space& space, const ClimateSet& train) {
  std::int64_t most = 0;
  Configuration configuration = space.defaults;
  const auto set = [&](const char* name, const Value& value) {
    configuration.values[*space.experiment->find(name)] = value;
  };
  for (const Value& init_dim : values(space, "init_dim"))
    for (const Value& hidden : values(space, "hidden")) {
      set("init_dim", init_dim), set("hidden", hidden);
      const Reader read(configuration, *space.experiment);
      most =
          std::max(most, EmulatorNetwork::parameter_count(choose_emulator(read, train.layout(), train.path()).network));
    }
  return fmt::format("the largest network has {} parameters: {:.2g} GB with their gradients and Adam's moments", most,
                     16e-9 * static_cast<double>(most));
}

/// How well the baselines do, for the first window of the space.
void add_baselines(const Space& space, const ClimateSet& train, const ClimateSet& test,
                   std::vector<std::string>& notes) {
  const Reader read(space.defaults, *space.experiment);
  const EmulatorChoice choice = choose_emulator(read, train.layout(), train.path());
  const auto windows = climate_windows(train.layout(), choice.network.window);
  const PatternScaling baselines(train, windows, choice.network.window,
                                 places_of(choice.targets, train.layout().targets, train.path()));
  const EmulatorEvaluation evaluation(test, choice, baselines);
  for (std::size_t t = 0; t < choice.targets.size(); ++t)
    notes.push_back(
        fmt::format("to beat: pattern scaling has a monthly RMSE of {:.4g} {} in {} on the test split, "
                    "climatology {:.4g}",
                    evaluation.pattern(t).monthly_rmse(), choice.targets[t] == "tas" ? "K" : "mm/day",
                    choice.targets[t], evaluation.climatology(t).monthly_rmse()));
}

}  // namespace

DataCheck check_emulator_data(const Space& space) {
  const ClimateSet train(space.data.at("train"));
  for (const Value& targets : values(space, "targets")) {
    Configuration configuration = space.defaults;
    configuration.values[*space.experiment->find("targets")] = targets;
    choose_emulator(Reader(configuration, *space.experiment), train.layout(), train.path());
  }
  DataCheck report;
  std::int64_t widest = 0;
  for (const Value& window : values(space, "window")) widest = std::max(widest, std::get<std::int64_t>(window));
  for (const char* split : split_names) {
    const auto found = space.data.find(split);
    if (found == space.data.end()) {
      report.notes.emplace_back("validation: the test months, for want of a file");
      continue;
    }
    const ClimateSet set(found->second);
    check_alike(set, train);
    check_windows(set, widest);
    report.fingerprint += fingerprint(set);
    report.notes.push_back(note(split, set.layout(), widest));
  }
  report.notes.push_back(memory_note(space, train));
  add_baselines(space, train, ClimateSet(space.data.at("test")), report.notes);
  return report;
}

}  // namespace stormsweep
