#include "experiments/emulator/emulator_check.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "datasets/climate/climate_set.hpp"
#include "datasets/files/splits.hpp"
#include "experiments/emulator/emulator_evaluation.hpp"
#include "experiments/emulator/pattern_scaling.hpp"
#include "experiments/task/loss_note.hpp"
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

/// `configurations`, each with all values of a hyperparameter.
std::vector<Configuration> with_all(const Space& space, const std::vector<Configuration>& configurations,
                                    const char* hyperparameter) {
  std::vector<Configuration> all;
  for (const Configuration& one : configurations)
    for (const Value& value : values(space, hyperparameter)) {
      all.push_back(one);
      all.back().values[*space.experiment->find(hyperparameter)] = value;
    }
  return all;
}

/// Memory of the largest network that the axes allow, exclusions aside: weights, gradients and Adam's two moments.
std::string memory_note(const Space& space, const ClimateSet& train) {
  Configuration largest = space.defaults;
  for (const char* size : {"init_dim", "hidden", "layers", "window"})
    largest.values[*space.experiment->find(size)] = std::ranges::max(values(space, size));
  std::vector<Configuration> kinds{largest};
  for (const char* kind : {"encoder", "recurrent", "bidirectional", "seasonal_encoding", "targets"})
    kinds = with_all(space, kinds, kind);
  std::int64_t most = 0;
  for (const Configuration& configuration : kinds) {
    const Reader read(configuration, *space.experiment);
    most =
        std::max(most, EmulatorNetwork::parameter_count(choose_emulator(read, train.layout(), train.path()).network));
  }
  return fmt::format("the largest network has {} parameters: {:.2g} GB with their gradients and Adam's moments", most,
                     16e-9 * static_cast<double>(most));
}

std::string baseline_note(const std::string& target, double pattern, double climatology) {
  return fmt::format(
      "to beat: pattern scaling has a monthly RMSE of {:.4g} {} in {} on the test split, climatology {:.4g}", pattern,
      target == "tas" ? "K" : "mm/day", target, climatology);
}

/// How well the baselines do on the targets of `choice`, a line each.
std::string baseline_notes(const EmulatorChoice& choice, const ClimateSet& train, const ClimateSet& test) {
  const auto windows = climate_windows(train.layout(), choice.network.window);
  const PatternScaling baselines(train, windows, choice.network.window,
                                 places_of(choice.targets, train.layout().targets, train.path()));
  const EmulatorEvaluation evaluation(test, choice, baselines);
  std::string lines;
  for (std::size_t t = 0; t < choice.targets.size(); ++t)
    lines += baseline_note(choice.targets[t], evaluation.pattern(t).monthly_rmse(),
                           evaluation.climatology(t).monthly_rmse()) +
             '\n';
  return lines;
}

/// The same for the space's first configuration and all targets that it asks for.
void add_baselines(const Space& space, const ClimateSet& train, const ClimateSet& test, const KeptScans& kept,
                   std::vector<std::string>& notes) {
  const Configuration first = space.configuration(space.grid.next(0).value_or(0));
  for (const Configuration& configuration : with_all(space, {first}, "targets")) {
    const Reader read(configuration, *space.experiment);
    const EmulatorChoice choice = choose_emulator(read, train.layout(), train.path());
    const std::string kind =
        fmt::format("baselines of {} after {} months 1", fmt::join(choice.targets, ", "), choice.network.window);
    std::istringstream lines(
        kept.find(kind, {train.path(), test.path()}, [&](const auto&) { return baseline_notes(choice, train, test); }));
    for (std::string note; std::getline(lines, note);)
      if (std::ranges::count(notes, note) == 0) notes.push_back(note);
  }
}

}  // namespace

DataCheck check_emulator_data(const Space& space, const KeptScans& kept) {
  const ClimateSet train(space.data.at("train"));
  for (const Configuration& configuration : with_all(space, {space.defaults}, "targets"))
    choose_emulator(Reader(configuration, *space.experiment), train.layout(), train.path());
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
    report.fingerprint +=
        kept.find("climate 1", {found->second}, [&](const auto& progress) { return fingerprint(set, progress); });
    report.notes.push_back(note(split, set.layout(), widest));
  }
  if (takes(space, "pattern", "residual") && !has_lines(climate_windows(train.layout(), widest)))
    throw InputError(fmt::format(
        "{}: no window of {} months ends before some month of the year, and so a residual has no line there; prepare "
        "more years, or leave pattern out",
        train.path().string(), widest));
  if (const auto doubt = loss_note(space, {"targets", "pr_dice", "pr_mse", "tas_gabor", "tas_hessian", "tas_polar"},
                                   "\"validation_tas_monthly_rmse\" or \"validation_pr_monthly_rmse\""))
    report.notes.push_back(*doubt);
  report.notes.push_back(memory_note(space, train));
  add_baselines(space, train, ClimateSet(space.data.at("test")), kept, report.notes);
  return report;
}

}  // namespace stormsweep
