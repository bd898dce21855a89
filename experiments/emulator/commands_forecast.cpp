#include "experiments/emulator/commands.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

#include "datasets/climate/climate_map_writer.hpp"
#include "experiments/emulator/climate_curve.hpp"
#include "experiments/emulator/climate_figures.hpp"
#include "experiments/emulator/emulator_forecast.hpp"
#include "experiments/task/command_options.hpp"
#include "experiments/task/figure_folders.hpp"
#include "models/emulator_scores.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/options.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

namespace po = boost::program_options;

constexpr const char* forecast_command = "stormsweep forecast emulator";
constexpr Colour vermilion{213, 94, 0}, blue{0, 114, 178}, grey{150, 150, 150}, black{40, 40, 40};

struct ForecastOptions {
  std::string model, forcings, output, scenario;
  FigureFolders figures;
  int threads = 0;
};

Syntax syntax_of(ForecastOptions& options) {
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

void check(const ForecastOptions& options) {
  check_threads(forecast_command, options.threads);
  check_output_file(forecast_command, options.output);
  check_output_apart(forecast_command, options.output, options.model);
  check_output_apart(forecast_command, options.output, options.forcings);
  options.figures.check(forecast_command);
}

std::int64_t choose_scenario(const ForecastOptions& options, const ClimateLayout& layout) {
  std::string names;
  for (std::size_t s = 0; s < layout.scenarios.size(); ++s) {
    if (layout.scenarios[s].name == options.scenario || (options.scenario.empty() && layout.scenarios.size() == 1))
      return static_cast<std::int64_t>(s);
    names += (names.empty() ? "" : ", ") + layout.scenarios[s].name;
  }
  refuse_option(forecast_command, "scenario", options.scenario.empty() ? "missing" : options.scenario,
                fmt::format("give one of {}: {}", options.forcings, names));
}

/// A run of the scenario, as far as it was forecast, of one target: K or mm/day.
struct Truth {
  std::string member;
  std::vector<std::int64_t> places;  ///< of its months, among the forecast's
  torch::Tensor maps;                ///< [months, height, width] float32
};

/// What is known of a forecast, one target at a time.
class Forecast {
 public:
  Forecast(const ForecastOptions& options, EmulatorModel& model, const ClimateSet& set)
      : set_(set),
        notes_(model.notes()),
        scenario_(choose_scenario(options, set.layout())),
        windows_(forecast_windows(set.layout(), scenario_, model.window())),
        length_(model.window()) {
    if (windows_.empty())
      throw InputError(fmt::format("{}: has {} months of {}, and the model needs {}; prepare more", options.forcings,
                                   set.layout().scenarios[static_cast<std::size_t>(scenario_)].months(), name(),
                                   length_));
    ProgressBar bar(forecast_command, "months");
    maps_ = model.forecast(set, windows_, [&](std::int64_t done, std::int64_t all) { bar.show(done, all); });
  }

  const std::string& name() const { return set_.layout().scenarios[static_cast<std::size_t>(scenario_)].name; }
  std::size_t targets() const { return notes_.targets.size(); }
  MonthlyMaps maps(std::size_t t) const {
    return {notes_.targets[t].name, notes_.targets[t].unit, windows_[0].month,
            maps_.select(1, static_cast<std::int64_t>(t)).contiguous(), set_.layout().grid.longitudes};
  }
  std::vector<Truth> truth(std::size_t t) const;
  ClimateCurve curve(std::size_t t) const;

 private:
  double over_the_earth(const torch::Tensor& map) const;
  std::vector<double> by_year(const std::vector<double>& months) const;

  const ClimateSet& set_;
  const EmulatorNotes& notes_;
  std::int64_t scenario_;
  std::vector<ClimateWindow> windows_;
  std::int64_t length_;
  torch::Tensor maps_;
};

std::vector<Truth> Forecast::truth(std::size_t t) const {
  std::vector<Truth> all;
  const ClimateLayout& layout = set_.layout();
  const auto field = std::ranges::find(layout.targets, notes_.targets[t].name, &ClimateField::name);
  if (field == layout.targets.end() || field->unit != notes_.targets[t].unit) return all;
  for (const ClimateRun& run : layout.runs) {
    if (run.scenario != scenario_) continue;
    Truth truth{run.member, {}, {}};
    std::vector<torch::Tensor> maps;
    for (std::size_t i = 0; i < windows_.size(); ++i) {
      const ClimateMonth month = windows_[i].month;
      if (month < run.begin || month >= run.end) continue;
      truth.places.push_back(static_cast<std::int64_t>(i));
      const auto values =
          set_.target(static_cast<std::size_t>(field - layout.targets.begin()), run.frame + month - run.begin);
      maps.push_back(
          torch::tensor(torch::ArrayRef<float>(values.data(), values.size())).view({notes_.height, notes_.width}));
    }
    if (!maps.empty()) truth.maps = torch::stack(maps), all.push_back(std::move(truth));
  }
  return all;
}

double Forecast::over_the_earth(const torch::Tensor& map) const {
  const torch::Tensor values = map.to(torch::kFloat32).contiguous();
  return set_.layout().grid.mean({values.data_ptr<float>(), static_cast<std::size_t>(values.numel())});
}

/// Means of the years, from that of the first forecast month on; NaN for a year that lacks a month.
std::vector<double> Forecast::by_year(const std::vector<double>& months) const {
  const int first = year_of(windows_.front().month);
  std::vector<double> sums(static_cast<std::size_t>(year_of(windows_.back().month) - first + 1)), counts(sums.size());
  for (std::size_t i = 0; i < months.size(); ++i) {
    const auto year = static_cast<std::size_t>(year_of(windows_[i].month) - first);
    if (std::isfinite(months[i])) sums[year] += months[i], ++counts[year];
  }
  for (std::size_t y = 0; y < sums.size(); ++y) sums[y] = counts[y] == 12 ? sums[y] / 12 : NAN;
  return sums;
}

ClimateCurve Forecast::curve(std::size_t t) const {
  const ClimateField& field = notes_.targets[t];
  ClimateCurve curve{
      fmt::format("{} of the Earth, annual mean, {}", field.name, name()), field.unit, year_of(windows_[0].month), {}};
  std::vector<double> network, pattern, climatology;
  const torch::Tensor own = maps(t).maps;
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    const auto month = static_cast<std::size_t>(month_of_year(windows_[i].month) - 1);
    network.push_back(over_the_earth(own[static_cast<std::int64_t>(i)]));
    climatology.push_back(notes_.lines[t].climatology[month]);
    pattern.push_back(notes_.lines[t].offset[month] +
                      notes_.lines[t].slope[month] * window_forcing(set_, windows_[i], length_));
  }
  curve.lines = {{"climatology", grey, by_year(climatology), 2}, {"pattern scaling", blue, by_year(pattern), 6}};
  for (const Truth& truth : this->truth(t)) {
    std::vector<double> months(windows_.size(), NAN);
    for (std::size_t i = 0; i < truth.places.size(); ++i)
      months[static_cast<std::size_t>(truth.places[i])] = over_the_earth(truth.maps[static_cast<std::int64_t>(i)]);
    curve.lines.push_back({"truth, " + truth.member, black, by_year(months)});
  }
  curve.lines.push_back({"network", vermilion, by_year(network), 20});
  return curve;
}

void write_file(const ForecastOptions& options, const Forecast& forecast, const ClimateGrid& grid) {
  std::vector<MonthlyMaps> all;
  for (std::size_t t = 0; t < forecast.targets(); ++t) all.push_back(forecast.maps(t));
  ClimateMaps file{.grid = grid,
                   .begin = all[0].begin,
                   .months = all[0].maps.size(0),
                   .fields = {},
                   .title = forecast.name() + ", emulated",
                   .source = "stormsweep forecast emulator, " + options.model};
  for (const MonthlyMaps& one : all)
    file.fields.push_back(
        {one.name, one.unit, {one.maps.data_ptr<float>(), static_cast<std::size_t>(one.maps.numel())}});
  write_climate_maps(options.output, file);
}

/// Prints how far the forecast of a target is from each run; returns forecast less truth, the mean over the runs, NaN
/// in months that no run has.
std::optional<MonthlyMaps> judge(const Forecast& forecast, std::size_t t, const ClimateGrid& grid) {
  MonthlyMaps error = forecast.maps(t);
  const torch::Tensor maps = error.maps;
  const auto sums = torch::zeros_like(maps), counts = torch::zeros({maps.size(0), 1, 1});
  for (const Truth& truth : forecast.truth(t)) {
    EmulatorScores scores(grid.latitudes);
    const auto places = torch::tensor(truth.places);
    std::vector<int> months;
    for (const std::int64_t place : truth.places)
      months.push_back(month_of_year(static_cast<ClimateMonth>(error.begin + place)));
    const auto own = maps.index_select(0, places);
    scores.add(own.to(torch::kFloat64), truth.maps.to(torch::kFloat64), months);
    scores.end_run();
    fmt::print("{} against {}: monthly RMSE {:.4g} {}, of the time mean {:.4g}, MAE of the time deviation {:.4g}\n",
               error.name, truth.member, scores.monthly_rmse(), error.unit, scores.time_mean_rmse(),
               scores.time_stddev_mae());
    sums.index_add_(0, places, own - truth.maps);
    counts.index_add_(0, places, torch::ones({std::ssize(truth.places), 1, 1}));
  }
  if (counts.sum().item<float>() == 0) return std::nullopt;
  error.maps = sums / counts;
  return error;
}

void draw_figures(const Forecast& forecast, std::size_t t, const std::optional<MonthlyMaps>& error,
                  const FigureFolders& folders) {
  const MonthlyMaps maps = forecast.maps(t);
  const std::string what = maps.name + ", " + forecast.name();
  const auto save = [&](const Drawing& drawing, const char* kind) { folders.save(drawing, maps.name + "_" + kind); };
  save(draw(mean_figure(maps, what + ": mean")), "mean");
  save(draw(change_figure(maps, what + ": change")), "change");
  if (error) save(draw(error_figure(*error, what + ": mean of forecast less truth")), "error");
  save(draw(forecast.curve(t)), "curve");
}

}  // namespace

int forecast_emulator_command(const std::vector<std::string>& words) {
  ForecastOptions options;
  if (!parse_options(words, syntax_of(options))) return exit_done;
  check(options);
  torch::set_num_threads(options.threads);
  EmulatorModel model(options.model);
  const ClimateSet set(options.forcings);
  model.check(set);
  const Forecast forecast(options, model, set);
  const ClimateGrid& grid = set.layout().grid;
  write_file(options, forecast, grid);
  for (std::size_t t = 0; t < forecast.targets(); ++t) {
    const auto error = judge(forecast, t, grid);
    if (options.figures.any()) draw_figures(forecast, t, error, options.figures);
  }
  const MonthlyMaps maps = forecast.maps(0);
  fmt::print("{} maps of {}, from {} to {}, in {}\n", maps.maps.size(0), forecast.name(), words_of_month(maps.begin),
             words_of_month(static_cast<ClimateMonth>(maps.begin + maps.maps.size(0) - 1)), options.output);
  return exit_done;
}

}  // namespace stormsweep
