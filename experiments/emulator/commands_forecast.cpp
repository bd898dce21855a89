#include "experiments/emulator/commands.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/climate/climate_map_writer.hpp"
#include "experiments/emulator/climate_curve.hpp"
#include "experiments/emulator/climate_figures.hpp"
#include "experiments/emulator/emulator_forecast.hpp"
#include "experiments/emulator/scenario_forecast.hpp"
#include "experiments/task/command_options.hpp"
#include "experiments/task/forecast_options.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/options.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr const char* forecast_command = "stormsweep forecast emulator";

struct ClimateForecastOptions : ForecastOptions {
  std::string forcings, scenario;
};

Syntax syntax_of(ClimateForecastOptions& options) {
  return {
      .command = forecast_command,
      .usage = "--model FILE --forcings FILE -o MAPS.nc [options]",
      .summary =
          "Forecasts monthly maps of a scenario from its forcings, with a network that stormsweep run --keep-best "
          "left.\nWrites CF NetCDF. Where the file also has runs of the scenario, it reports the errors against them.",
      .example =
          "stormsweep forecast emulator --model first.models/trial-7.pt --forcings climate/test.h5 -o maps.nc "
          "--png figures",
      .operands = {},
      .options =
          {
              {"model", po::value(&options.model)->required(), "a trained network"},
              {"forcings", po::value(&options.forcings)->required(), "a file that prepare or generate emulator wrote"},
              {"scenario", po::value(&options.scenario), "which of the file's scenarios (default: the only one)"},
              {"output,o", po::value(&options.output)->required(), "the file to write"},
              {"threads", po::value(&options.threads)->default_value(usable_cores()), "to compute with"},
          },
      .groups = {options.figures.options("maps of mean, change and error, and the Earth's mean")}};
}

std::int64_t choose_scenario(const ClimateForecastOptions& options, const ClimateLayout& layout) {
  std::string names;
  for (std::size_t s = 0; s < layout.scenarios.size(); ++s) {
    if (layout.scenarios[s].name == options.scenario || (options.scenario.empty() && layout.scenarios.size() == 1))
      return static_cast<std::int64_t>(s);
    names += (names.empty() ? "" : ", ") + layout.scenarios[s].name;
  }
  refuse_option(forecast_command, "scenario", options.scenario.empty() ? "missing" : options.scenario,
                fmt::format("give one of {}: {}", options.forcings, names));
}

void write_file(const ClimateForecastOptions& options, const ScenarioForecast& forecast, const ClimateGrid& grid) {
  std::vector<MonthlyMaps> all;
  for (std::size_t t = 0; t < forecast.targets(); ++t) all.push_back(forecast.maps(t));
  ClimateMaps file{.grid = grid,
                   .begin = all[0].begin,
                   .months = all[0].maps.size(0),
                   .fields = {},
                   .title = forecast.scenario() + ", emulated",
                   .source = "stormsweep forecast emulator, " + options.model};
  for (const MonthlyMaps& one : all)
    file.fields.push_back(
        {one.name, one.unit, {one.maps.data_ptr<float>(), static_cast<std::size_t>(one.maps.numel())}});
  write_climate_maps(options.output, file);
}

void print_scores(const MonthlyMaps& maps, const std::vector<ScenarioForecast::Score>& scores) {
  for (const auto& [member, monthly_rmse, time_mean_rmse, time_stddev_mae] : scores)
    fmt::print("{} against {}: monthly RMSE {:.4g} {}, of the time mean {:.4g}, MAE of the time deviation {:.4g}\n",
               maps.name, member, monthly_rmse, maps.unit, time_mean_rmse, time_stddev_mae);
}

void draw_figures(const ScenarioForecast& forecast, std::size_t t, const std::optional<MonthlyMaps>& error,
                  const FigureFolders& folders) {
  const MonthlyMaps maps = forecast.maps(t);
  const std::string what = maps.name + ", " + forecast.scenario();
  const auto save = [&](const Drawing& drawing, const char* kind) { folders.save(drawing, maps.name + "_" + kind); };
  save(draw(mean_figure(maps, what + ": mean")), "mean");
  save(draw(change_figure(maps, what + ": change")), "change");
  if (error) save(draw(error_figure(*error, what + ": mean of forecast less truth")), "error");
  save(draw(forecast.curve(t)), "curve");
}

}  // namespace

int forecast_emulator_command(const std::vector<std::string>& words) {
  ClimateForecastOptions options;
  if (!parse_options(words, syntax_of(options))) return exit_done;
  options.check(forecast_command);
  check_output_apart(forecast_command, options.output, options.forcings);
  torch::set_num_threads(options.threads);
  EmulatorModel model(options.model);
  const ClimateSet set(options.forcings);
  model.check(set);
  ProgressBar bar(forecast_command, "months");
  const ScenarioForecast forecast(model, set, choose_scenario(options, set.layout()),
                                  [&](std::int64_t done, std::int64_t all) { bar.show(done, all); });
  bar.wipe();
  write_file(options, forecast, set.layout().grid);
  for (std::size_t t = 0; t < forecast.targets(); ++t) {
    const ScenarioForecast::Judgement judgement = forecast.judge(t);
    print_scores(forecast.maps(t), judgement.scores);
    if (options.figures.any()) draw_figures(forecast, t, judgement.error, options.figures);
  }
  const MonthlyMaps maps = forecast.maps(0);
  fmt::print("{} maps of {}, from {} to {}, in {}\n", maps.maps.size(0), forecast.scenario(),
             words_of_month(maps.begin), words_of_month(static_cast<ClimateMonth>(maps.begin + maps.maps.size(0) - 1)),
             options.output);
  return exit_done;
}

}  // namespace stormsweep
