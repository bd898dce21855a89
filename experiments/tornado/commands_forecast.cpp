#include "experiments/tornado/commands.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "datasets/files/raw_files.hpp"
#include "experiments/task/command_options.hpp"
#include "experiments/task/forecast_options.hpp"
#include "experiments/tornado/storm_forecast.hpp"
#include "experiments/tornado/storm_scores.hpp"
#include "search/base/csv.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/machine.hpp"
#include "search/base/options.hpp"
#include "search/base/output.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr const char* forecast_command = "stormsweep forecast tornado";

struct StormForecastOptions : ForecastOptions {
  std::vector<std::string> input;
  std::string thresholds;
};

Syntax syntax_of(StormForecastOptions& options) {
  return {
      .command = forecast_command,
      .usage = "--model FILE --input STORMS... -o OUT.csv [options]",
      .summary =
          "Writes how probable it is that each storm grows a tornado-like vortex within the hour, by a network that\n"
          "stormsweep run --keep-best left: a table with a line for each storm, its number in its file and what came.\n"
          "Prints how good the probabilities were, and warnings at some of them.",
      .example = "stormsweep forecast tornado --model quick.models/trial-6.pt --input storms/test.h5 -o storms.csv",
      .operands = {},
      .options =
          {
              {"model", po::value(&options.model)->required(), "a trained network"},
              {"input", po::value(&options.input)->required()->multitoken(),
               "files that stormsweep prepare or generate wrote (*.h5), NCAR's storm patch files (*.nc), or folders of "
               "them"},
              {"output,o", po::value(&options.output)->required(), "the file to write"},
              {"thresholds", po::value(&options.thresholds)->default_value("0.1,0.2,0.3,0.5"),
               "probabilities above which a storm is warned of"},
              {"threads", po::value(&options.threads)->default_value(usable_cores()), "to compute with"},
          },
      .groups = {options.figures.options("a figure of how often storms were positive, by probability")}};
}

std::vector<fs::path> files_of(const StormForecastOptions& options) {
  const auto files = list_raw_files(
      {options.input.begin(), options.input.end()},
      [](const fs::path& path) { return path.extension() == ".h5" || path.extension() == ".nc"; },
      "holds no *.h5 or *.nc file; give storms, or a folder of them");
  for (const fs::path& file : files) check_output_apart(forecast_command, options.output, file);
  return files;
}

/// Empty where there is no number.
std::string field(float number) {
  return std::isnan(number) ? "" : fmt::format("{}", number);
}

std::string line_of(const std::string& file, const StormForecast& forecast) {
  return fmt::format("{},{},{},{},{},{}\n", file, forecast.storm, field(forecast.probability()),
                     !forecast.positive   ? ""
                     : *forecast.positive ? "1"
                                          : "0",
                     field(forecast.vorticity_max), field(forecast.vorticity_mean));
}

struct Written {
  StormScores scores;
  std::int64_t storms = 0, incomplete = 0;  ///< storms that lack values have no probability
};

Written forecast_all(const ForecastOptions& options, const std::vector<fs::path>& files, StormModel& model) {
  std::int64_t all = 0;
  for (const fs::path& file : files) all += count_storms(file);
  Written written;
  AtomicFile table(options.output);
  const std::string header = "file,storm,probability,positive,vorticity_max,vorticity_mean\n";
  table.write(header);
  ProgressBar bar(forecast_command, "storms");
  for (const fs::path& file : files) {
    const std::string name = csv_field(file.string());
    forecast_storms(file, model, [&](const std::vector<StormForecast>& forecasts) {
      std::string lines;
      for (const StormForecast& forecast : forecasts) {
        lines += line_of(name, forecast);
        written.scores.add(forecast);
        written.incomplete += std::isnan(forecast.logit);
      }
      table.write(lines);
      written.storms += std::ssize(forecasts);
      bar.show(written.storms, all);
    });
  }
  table.commit();
  return written;
}

}  // namespace

int forecast_tornado_command(const std::vector<std::string>& words) {
  StormForecastOptions options;
  if (!parse_options(words, syntax_of(options))) return exit_done;
  options.check(forecast_command);
  const auto thresholds =
      read_thresholds(forecast_command, options.thresholds, 1, "give numbers between 0 and 1, as 0.1,0.5");
  StormModel model(options.model);
  const auto files = files_of(options);
  torch::set_num_threads(options.threads);
  const auto start = std::chrono::steady_clock::now();
  const Written written = forecast_all(options, files, model);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (written.incomplete > 0)
    remark("note: {} of {} storms lack a value, and have no probability\n", written.incomplete, written.storms);
  if (written.scores.storms() == 0) {
    remark("note: there are no scores, since of no storm it is known what came\n");
  } else {
    written.scores.print(model.label(), thresholds);
    if (options.figures.any())
      options.figures.save(written.scores.reliability(), fs::path(options.output).stem().string());
  }
  fmt::print("{} {} in {:.1f} s ({} threads), in {}\n", written.storms, written.storms == 1 ? "storm" : "storms",
             seconds, options.threads, options.output);
  return exit_done;
}

}  // namespace stormsweep
