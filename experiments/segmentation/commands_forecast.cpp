#include "experiments/segmentation/commands.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "datasets/files/raw_files.hpp"
#include "datasets/weather/mask_writer.hpp"
#include "experiments/segmentation/class_table.hpp"
#include "experiments/segmentation/segmentation_choice.hpp"
#include "experiments/segmentation/segmentation_notes.hpp"
#include "experiments/segmentation/segmentation_prediction.hpp"
#include "experiments/segmentation/weather_map.hpp"
#include "experiments/task/command_options.hpp"
#include "experiments/task/forecast_options.hpp"
#include "experiments/task/model_file.hpp"
#include "models/segmentation_scores.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/options.hpp"
#include "search/base/progress_bar.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

constexpr const char* forecast_command = "stormsweep forecast segmentation";

struct MaskForecastOptions : ForecastOptions {
  std::vector<std::string> input;
  bool probabilities = false;
};

Syntax syntax_of(MaskForecastOptions& options) {
  return {.command = forecast_command,
          .usage = "--model FILE --input SAMPLE... -o OUT.h5 [options]",
          .summary =
              "Marks tropical cyclones and atmospheric rivers in samples (*.h5, or folders of them), all of one size, "
              "with a\n"
              "network that stormsweep run --keep-best left. Writes masks [samples, height, width]: 0 background, 1 "
              "tropical\n"
              "cyclone, 2 atmospheric river. Where samples have labels, it reports how well both agree.",
          .example =
              "stormsweep forecast segmentation --model weather.models/trial-7.pt --input worlds/test -o masks.h5 "
              "--png maps",
          .operands = {},
          .options =
              {
                  {"model", po::value(&options.model)->required(), "a trained network"},
                  {"input", po::value(&options.input)->required()->multitoken(), "samples, or folders of them"},
                  {"output,o", po::value(&options.output)->required(), "the file to write"},
                  {"probabilities", po::bool_switch(&options.probabilities), "write those of each class, too"},
                  {"threads", po::value(&options.threads)->default_value(usable_cores()), "to compute with"},
              },
          .groups = {options.figures.options("a map of field, truth and prediction of each sample")}};
}

/// A trained network, with what it was trained on.
struct Model {
  explicit Model(const std::string& path) : file(load_model(path, "segmentation")) {
    range = parse_segmentation_notes(file.notes, path);
    file.compute_in_float32();
    const Reader read(file.configuration, *file.experiment);
    labeling = static_cast<int>(read.integer("labeling"));
    network = make_network(read, 0);
    network->load(file.network);
  }

  ModelFile file;
  ChannelRange range;
  int labeling = 0;
  std::shared_ptr<SegmentationNetwork> network;
};

/// Files of one size, which suits the network. Throws InputError.
struct Samples {
  Samples(const MaskForecastOptions& options, const SegmentationNetwork& network) {
    paths = list_raw_files(
        {options.input.begin(), options.input.end()}, [](const fs::path& path) { return path.extension() == ".h5"; },
        "holds no *.h5 file; give samples, or a folder of them");
    std::vector<NamedOutput> outputs;
    for (const fs::path& path : paths) {
      check_output_apart(forecast_command, options.output, path);
      names.push_back(path.stem().string());
      outputs.push_back({names.back(), path});
      const WeatherFile file(path);
      if (height == 0) height = file.height(), width = file.width();
      if (file.height() != height || file.width() != width)
        throw InputError(fmt::format("{}: is {} x {} pixels, but {} is {} x {}; give samples of one size at a time",
                                     path.string(), file.height(), file.width(), paths[0].string(), height, width));
    }
    if (options.figures.any()) check_names(forecast_command, outputs, options.figures.png.empty() ? ".svg" : ".png");
    const std::int64_t step = network.side_step();
    if (height % step != 0 || width % step != 0 || height < 2)
      throw InputError(fmt::format("{}: is {} x {} pixels; this network takes multiples of {}", paths[0].string(),
                                   height, width, step));
  }

  std::size_t pixels() const { return static_cast<std::size_t>(height * width); }

  std::vector<fs::path> paths;
  std::vector<std::string> names;  ///< of the files, without their ending
  std::int64_t height = 0, width = 0;
};

/// What is known of one sample, and the network's prediction.
struct Prediction {
  Prediction(const Model& model, const Samples& samples, std::size_t number) {
    const WeatherFile file(samples.paths[number]);
    fields.resize(samples.pixels() * weather_channels);
    file.read(fields);
    if (model.labeling < file.labelings()) file.read_labels(model.labeling, truth.emplace(samples.pixels()));
    made = predict(*model.network, model.range, fields, samples.height, samples.width);
    classes.assign(made.classes.data_ptr<std::uint8_t>(), made.classes.data_ptr<std::uint8_t>() + samples.pixels());
  }

  std::vector<float> fields;                       ///< [height, width, 16]
  std::optional<std::vector<std::uint8_t>> truth;  ///< [height, width]
  SegmentationPrediction made;
  std::vector<std::uint8_t> classes;  ///< of `made`
};

Drawing map_of(const std::string& name, const WeatherGrid& grid, const Prediction& prediction) {
  WeatherMap map{
      .title = name, .field_name = "TMQ", .field_unit = "kg/m2", .field = {}, .panels = {{"water vapour path", {}}}};
  constexpr auto tmq = static_cast<std::size_t>(WeatherChannel::tmq);
  for (std::size_t i = tmq; i < prediction.fields.size(); i += weather_channels)
    map.field.push_back(prediction.fields[i]);
  if (prediction.truth) map.panels.push_back({"truth", prediction.truth});
  map.panels.push_back({"prediction", prediction.classes});
  return draw(grid, map);
}

/// Scores over the samples that have labels.
struct Scoring {
  void add(const Prediction& prediction) {
    if (!prediction.truth) return;
    scores.add(prediction.made.classes,
               torch::tensor(torch::ArrayRef<std::uint8_t>(*prediction.truth)).view_as(prediction.made.classes));
    ++samples;
  }
  void print() const {
    if (samples > 0) print_class_table(scores, samples);
  }

  SegmentationScores scores;
  std::int64_t samples = 0;
};

/// Writes masks and maps of all samples.
Scoring predict_all(const MaskForecastOptions& options, const Model& model, const Samples& samples) {
  const WeatherGrid grid = global_grid(samples.height, samples.width);
  MaskWriter writer(options.output, grid, samples.names,
                    options.probabilities ? MaskWriter::Content::masks_and_probabilities : MaskWriter::Content::masks);
  ProgressBar bar(forecast_command, "samples");
  Scoring scoring;
  for (std::size_t i = 0; i < samples.paths.size(); ++i) {
    const Prediction prediction(model, samples, i);
    const torch::Tensor& probabilities = prediction.made.probabilities;
    writer.write(static_cast<std::int64_t>(i), prediction.classes,
                 {probabilities.data_ptr<float>(), static_cast<std::size_t>(probabilities.numel())});
    scoring.add(prediction);
    const std::string& name = samples.names[i];
    if (options.figures.any()) options.figures.save(map_of(name, grid, prediction), name);
    bar.show(static_cast<std::int64_t>(i + 1), std::ssize(samples.paths));
  }
  writer.publish();
  return scoring;
}

}  // namespace

int forecast_segmentation_command(const std::vector<std::string>& words) {
  MaskForecastOptions options;
  if (!parse_options(words, syntax_of(options))) return exit_done;
  options.check(forecast_command);
  const Model model(options.model);
  const Samples samples(options, *model.network);
  torch::set_num_threads(options.threads);
  const auto start = std::chrono::steady_clock::now();
  const Scoring scoring = predict_all(options, model, samples);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  scoring.print();
  fmt::print("{} {} of {} x {} pixels in {:.1f} s ({} threads), in {}\n", samples.paths.size(),
             samples.paths.size() == 1 ? "mask" : "masks", samples.height, samples.width, seconds, options.threads,
             options.output);
  return exit_done;
}

}  // namespace stormsweep
