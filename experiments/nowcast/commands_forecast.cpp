#include "experiments/nowcast/commands.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <optional>
#include <utility>

#include "datasets/nowcast/forecast_frames.hpp"
#include "datasets/radar/odim_writer.hpp"
#include "experiments/nowcast/nowcast_figure.hpp"
#include "experiments/nowcast/nowcast_forecast.hpp"
#include "experiments/nowcast/nowcast_model.hpp"
#include "experiments/nowcast/nowcast_notes.hpp"
#include "experiments/nowcast/nowcast_product.hpp"
#include "experiments/task/command_options.hpp"
#include "experiments/task/forecast_options.hpp"
#include "experiments/task/model_file.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/options.hpp"
#include "search/base/output.hpp"
#include "search/base/progress_bar.hpp"
#include "search/base/table.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr const char* forecast_command = "stormsweep forecast nowcast";

constexpr double gigabyte = 1e9;

struct RainForecastOptions : ForecastOptions {
  std::vector<std::string> input;
  std::string time, variable, thresholds;
  std::int64_t window = 0, tile = 0;
  double memory = 0;
};

Syntax syntax_of(RainForecastOptions& options) {
  return {
      .command = forecast_command,
      .usage = "--model FILE --input IMAGES... -o OUT.h5 [options]",
      .summary =
          "Forecasts the next hour of rain on whole radar images (KNMI and ODIM HDF5, CF NetCDF, GRIB, SEVIR VIL), of "
          "any "
          "size,\n"
          "with a network that stormsweep run --keep-best left. Takes the last 7 images at the network's step; images "
          "after\n"
          "--time are the truth that the forecast is judged by. Writes an ODIM HDF5 composite.",
      .example =
          "stormsweep forecast nowcast --model rain.models/trial-7.pt --input radar/ --time 2010-08-26T03:00Z -o "
          "forecast.h5 "
          "--png figures",
      .operands = {},
      .options =
          {
              {"model", po::value(&options.model)->required(), "a trained network"},
              {"input", po::value(&options.input)->required()->multitoken(), "radar files, or folders of them"},
              {"variable", po::value(&options.variable)->default_value("", "the likeliest"),
               "of NetCDF files, the variable to be taken, as in prepare"},
              {"output,o", po::value(&options.output)->required(), "the file to write"},
              {"time", po::value(&options.time),
               "of the newest image to use, as 2010-08-26T03:00Z (default: the last)"},
              {"match-histogram", po::value(&options.window)->implicit_value(128),
               "give each forecast the local histogram of the newest image, in windows of so many pixels "
               "(--match-histogram=64; 128 by default), against the blur (default: 0, not at all)"},
              {"thresholds", po::value(&options.thresholds),
               "judge also where the truth reaches so much or more, as 1,7.5 (mm/h; of VIL, its steps)"},
              {"memory", po::value(&options.memory),
               "GB for the network, which works in tiles where the image needs more (default: half of what is free); "
               "the last bit of a pixel may depend on the tiles"},
              {"tile", po::value(&options.tile), "pixels of a tile's side, a multiple of 16, instead of --memory"},
              {"threads", po::value(&options.threads)->default_value(usable_cores()),
               "to compute with; the last bit of a pixel may depend on them"},
          },
      .groups = {options.figures.options("a figure of forecast, truth and what is to be beaten")}};
}

/// Checks what can be checked before anything is read.
void check(const RainForecastOptions& options) {
  options.check(forecast_command);
  if (options.window != 0 && (options.window < 2 || options.window % 2 != 0))
    refuse_option(forecast_command, "match-histogram", std::to_string(options.window),
                  "give an even number of pixels, 2 or more");
  if (options.tile < 0 || options.tile % 16 != 0)
    refuse_option(forecast_command, "tile", std::to_string(options.tile), "give a multiple of 16");
  if (!(options.memory >= 0))
    refuse_option(forecast_command, "memory", fmt::format("{}", options.memory), "give gigabytes");
}

std::optional<std::int64_t> time_of(const RainForecastOptions& options) {
  if (options.time.empty()) return std::nullopt;
  const auto time = parse_utc(options.time);
  if (!time) refuse_option(forecast_command, "time", options.time, "give a time in UTC, as 2010-08-26T03:00Z");
  return time;
}

std::int64_t tile_of(const RainForecastOptions& options, const RadarGrid& grid, const NowcastNetwork& network) {
  if (options.tile > 0) return options.tile;
  const double bytes = options.memory > 0 ? options.memory * gigabyte : 0.5 * static_cast<double>(free_memory());
  const std::int64_t tile =
      largest_tile(network, grid.height, grid.width, static_cast<std::int64_t>(std::min(bytes, 1e18)));
  if (tile > 0) return tile;
  const double least = static_cast<double>(forecast_bytes(network, 16, 16)) / gigabyte;
  refuse_option(forecast_command, "memory", fmt::format("{:.2g}", bytes / gigabyte),
                fmt::format("this network takes {:.2g} at least", least));
}

/// What was seen, with what comes after.
struct Observations {
  std::vector<RadarFrame> inputs;
  std::vector<std::optional<RadarFrame>> truth;
};

Observations observe(const RainForecastOptions& options, const NowcastMeta& model) {
  ProgressBar bar(forecast_command, "files listed");
  const RadarArchive archive =
      list_archive({options.input.begin(), options.input.end()}, options.variable,
                   /*strict=*/false, [&](std::int64_t done, std::int64_t all) { bar.show(done, all); });
  bar.wipe();
  for (const RadarImage& image : archive.images) check_output_apart(forecast_command, options.output, image.path);
  for (const std::string& skipped : archive.skipped) remark("left out: {}\n", skipped);
  for (const std::string& note : archive.notes) remark("note: {}\n", note);
  const ForecastFrames chosen = choose_frames(archive.images, model, time_of(options));
  Observations result;
  ImpossibleRain impossible;
  const auto read = [&](const RadarImage& image) { return read_averaged(image, chosen.block, impossible); };
  for (const RadarImage& image : chosen.inputs) result.inputs.push_back(read(image));
  for (const auto& image : chosen.truth) result.truth.push_back(image ? std::optional(read(*image)) : std::nullopt);
  for (const std::string& line : impossible.lines()) remark("note: {}\n", line);
  return result;
}

const char* unit_word(RadarQuantity quantity) {
  return quantity == RadarQuantity::vil ? "VIL" : "mm/h";
}

void print_table(const std::vector<LeadTimeReport>& reports, RadarQuantity quantity) {
  const bool judged = std::ranges::any_of(reports, [](const LeadTimeReport& report) { return report.judged > 0; });
  Table table{.header = {"lead min", std::string("mean ") + unit_word(quantity), "wet %"},
              .numeric = std::vector<bool>(9, true)};
  if (judged)
    table.header.insert(table.header.end(),
                        {"truth mean", "squared err.", "of persistence", "of extrapolation", "blurred", "skill"});
  for (const LeadTimeReport& report : reports) {
    auto& row = table.rows.emplace_back();
    row = {fmt::format("{:g}", report.minutes), fmt::format("{:.4f}", report.mean),
           fmt::format("{:.1f}", 100 * report.wet)};
    if (report.judged == 0) continue;
    for (const double error : {report.truth, report.squared_error, report.persistence_error, report.extrapolation_error,
                               report.blurred_error})
      row.push_back(fmt::format("{:.4f}", error));
    row.push_back(fmt::format("{:.3f}", 1 - report.squared_error / report.extrapolation_error));
  }
  if (judged) {
    const auto most = std::ranges::max(reports, {}, &LeadTimeReport::judged).judged;
    table.footnotes.emplace_back(
        "blurred: extrapolation, blurred and scaled at each lead time for the least error in training");
    table.footnotes.emplace_back(
        "skill: 1 - squared error / that of extrapolation, the newest image carried along its motion");
    table.footnotes.push_back(
        fmt::format("truth and errors: over the {} pixels whose forecast rests on measured pixels alone", most));
  }
  fmt::print("{}", to_text(table));
}

void print_told(const std::vector<ThresholdReport>& reports, RadarQuantity quantity) {
  if (reports.empty()) {
    remark(
        "note: --thresholds has nothing to judge: no later image, or no pixel whose forecast rests on measured "
        "ones alone\n");
    return;
  }
  Table table{
      .header = {unit_word(quantity), "lead min", "forecast", "hits", "misses", "false alarms", "CSI"},
      .numeric = {true, true, false, true, true, true, true},
      .footnotes = {"CSI: hits / (hits + misses + false alarms), over the pixels that errors are over; -: there "
                    "are none"}};
  for (const ThresholdReport& report : reports)
    for (const auto& [who, told] : {std::pair<const char*, const Told&>{"forecast", report.forecast},
                                    {"persistence", report.persistence},
                                    {"extrapolation", report.extrapolation},
                                    {"blurred", report.blurred}})
      table.rows.push_back({fmt::format("{:g}", report.threshold), fmt::format("{:g}", report.minutes), who,
                            std::to_string(told.hits), std::to_string(told.misses), std::to_string(told.false_alarms),
                            std::isnan(told.csi()) ? "-" : fmt::format("{:.3f}", told.csi())});
  fmt::print("\n{}", to_text(table));
}

}  // namespace

int forecast_nowcast_command(const std::vector<std::string>& words) {
  RainForecastOptions options;
  if (!parse_options(words, syntax_of(options))) return exit_done;
  check(options);
  const auto thresholds = read_thresholds(forecast_command, options.thresholds, std::numeric_limits<float>::infinity(),
                                          "give numbers above 0, as 1,7.5");
  ModelFile file = load_model(options.model, "nowcast");
  const NowcastMeta model = parse_nowcast_notes(file.notes, options.model);
  // In float32, however it was trained: forecasts are short work.
  const auto network = nowcast_network(Reader(file.configuration, *file.experiment), model, torch::kFloat32, 0);
  network->load(file.network);
  torch::set_num_threads(options.threads);

  const Observations seen = observe(options, model);
  const RadarFrame& newest = seen.inputs.back();
  const NowcastMaking making{.tile = tile_of(options, newest.grid, *network), .window = options.window};
  const auto start = std::chrono::steady_clock::now();
  const CarriedImages carried = carry_images(seen.inputs, model);
  ProgressBar bar(forecast_command, "tiles");
  const RadarForecast forecast = make_nowcast(*network, model, seen.inputs, carried, making,
                                              [&](std::int64_t done, std::int64_t all) { bar.show(done, all); });
  bar.wipe();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  write_odim(options.output, forecast);
  fmt::print("forecast from {}, {} x {} pixels, in {:.1f} s ({} threads, tiles of {}), in {}\n", words_of(newest.time),
             newest.grid.height, newest.grid.width, seconds, options.threads, making.tile, options.output);
  const NowcastBars bars = bars_of(newest, carried, model);
  print_table(judge(forecast, bars, seen.truth), newest.quantity);
  if (!thresholds.empty()) print_told(judge_at(thresholds, forecast, bars, seen.truth), newest.quantity);
  if (options.figures.any())
    for (const fs::path& figure :
         options.figures.save(nowcast_figure(forecast, bars, seen.truth), "forecast-" + time_name(forecast)))
      fmt::print("figure in {}\n", figure.string());
  return exit_done;
}

}  // namespace stormsweep
