#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include "datasets/error.hpp"
#include "datasets/mask_writer.hpp"
#include "datasets/raw_files.hpp"
#include "datasets/weather_map.hpp"
#include "experiments/segmentation/segmentation_choice.hpp"
#include "experiments/segmentation/segmentation_notes.hpp"
#include "experiments/segmentation/segmentation_prediction.hpp"
#include "models/segmentation_scores.hpp"
#include "search/error.hpp"
#include "worker/class_table.hpp"
#include "worker/data_command.hpp"
#include "worker/forecast.hpp"
#include "worker/machine.hpp"
#include "worker/model_file.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;
namespace po = boost::program_options;

const DataCommand command{
    "forecast segmentation", "--model FILE --input SAMPLE... -o OUT.h5 [options]",
    "Marks tropical cyclones and atmospheric rivers in samples (*.h5, or folders of them), all of one size, with a\n"
    "network that stormsweep run --keep-best left. Writes masks [samples, height, width]: 0 background, 1 tropical\n"
    "cyclone, 2 atmospheric river. Where samples have labels, it tells how well both agree.\n",
    "--model weather.models/trial-7.pt --input worlds/test -o masks.h5 --png maps"};

struct Wish {
  std::string model, output, figures;
  std::vector<std::string> input;
  int threads = 0;
  bool probabilities = false;
};

bool read_wish(const std::vector<std::string>& words, Wish& wish) {
  po::options_description options("options");
  options.add_options()("model", po::value(&wish.model)->required(), "a trained network")(
      "input", po::value(&wish.input)->required()->multitoken(), "samples, or folders of them")(
      "output,o", po::value(&wish.output)->required(), "the file to write")(
      "png", po::value(&wish.figures), "a folder for a map of field, truth and prediction of each sample")(
      "probabilities", po::bool_switch(&wish.probabilities), "write those of each class, too")(
      "threads", po::value(&wish.threads)->default_value(usable_cores()), "to compute with");
  return read_options(command, words, options, nullptr);
}

/// What can be told before anything is read.
void check(const Wish& wish) {
  check_threads(command, wish.threads);
  const fs::path folder = fs::path(wish.output).parent_path();
  if (!folder.empty() && !fs::is_directory(folder))
    refuse_option(command, "output", wish.output, "give a file in a folder that exists");
  if (wish.figures.empty()) return;
  std::error_code error;
  fs::create_directories(wish.figures, error);
  if (!fs::is_directory(wish.figures)) refuse_option(command, "png", wish.figures, "give a folder that can be made");
}

/// A trained network, with what it was trained on.
struct Model {
  explicit Model(const std::string& path) : file(load_model(path, "segmentation")) {
    range = parse_segmentation_notes(file.notes, path);
    // In float32, however it was trained: forecasts are short work.
    const auto& all = file.experiment->hyperparameters;
    const auto precision = std::ranges::find(all, "precision", &Hyperparameter::name) - all.begin();
    file.configuration.values[static_cast<std::size_t>(precision)] = std::string("fp32");
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

/// Files of one size, which suits the network. Throws DataError.
struct Samples {
  Samples(const Wish& wish, const SegmentationNetwork& network) {
    paths = list_raw_files(
        {wish.input.begin(), wish.input.end()}, [](const fs::path& path) { return path.extension() == ".h5"; },
        "holds no *.h5 file; give samples, or a folder of them");
    for (const fs::path& path : paths) {
      names.push_back(path.stem().string());
      const WeatherFile file(path);
      if (height == 0) height = file.height(), width = file.width();
      if (file.height() != height || file.width() != width)
        throw DataError(fmt::format("{}: is {} x {} pixels, but {} is {} x {}; give samples of one size at a time",
                                    path.string(), file.height(), file.width(), paths[0].string(), height, width));
    }
    const std::int64_t step = network.side_step();
    if (height % step != 0 || width % step != 0 || height < 2)
      throw DataError(fmt::format("{}: is {} x {} pixels; this network takes multiples of {}", paths[0].string(),
                                  height, width, step));
  }

  std::vector<fs::path> paths;
  std::vector<std::string> names;
  std::int64_t height = 0, width = 0;
};

std::vector<std::uint8_t> bytes_of(const torch::Tensor& classes) {
  const auto* const first = classes.data_ptr<std::uint8_t>();
  return {first, first + classes.numel()};
}

std::optional<std::vector<std::uint8_t>> truth_of(const WeatherFile& file, int labeling) {
  if (labeling >= file.labelings()) return std::nullopt;
  std::vector<std::uint8_t> truth(static_cast<std::size_t>(file.height() * file.width()));
  file.read_labels(labeling, truth);
  return truth;
}

Canvas map_of(const std::string& name, const Samples& samples, const std::vector<float>& fields,
              const std::vector<std::uint8_t>& classes, const std::optional<std::vector<std::uint8_t>>& truth) {
  WeatherMap map{.title = name,
                 .field_name = "TMQ",
                 .field_unit = "kg/m2",
                 .field = {},
                 .panels = {{"TMQ, water vapour path", {}}}};
  for (std::size_t i = 0; i < fields.size(); i += weather_file_channels) map.field.push_back(fields[i]);
  if (truth) map.panels.push_back({"truth", truth});
  map.panels.push_back({"prediction", classes});
  return draw(global_grid(samples.height, samples.width), map);
}

void print(const SegmentationScores& scores, std::int64_t judged) {
  const auto score = [&](std::int64_t c) { return ClassScore{scores.iou(c), scores.precision(c), scores.recall(c)}; };
  if (judged > 0) print_class_table({score(0), score(1), score(2)}, judged);
}

}  // namespace

int forecast_segmentation(const std::vector<std::string>& words) {
  Wish wish;
  if (!read_wish(words, wish)) return exit_done;
  check(wish);
  const Model model(wish.model);
  const Samples samples(wish, *model.network);
  torch::set_num_threads(wish.threads);

  const ProgressLine line;
  const auto start = std::chrono::steady_clock::now();
  MaskWriter writer(wish.output, global_grid(samples.height, samples.width), samples.names,
                    wish.probabilities ? MaskWriter::Content::masks_and_probabilities : MaskWriter::Content::masks);
  SegmentationScores scores;
  std::int64_t judged = 0;
  for (std::size_t i = 0; i < samples.paths.size(); ++i) {
    const WeatherFile file(samples.paths[i]);
    std::vector<float> fields(static_cast<std::size_t>(samples.height * samples.width) * weather_file_channels);
    file.read(fields);
    const SegmentationPrediction made = predict(*model.network, model.range, fields, samples.height, samples.width);
    const std::vector<std::uint8_t> classes = bytes_of(made.classes);
    writer.write(static_cast<std::int64_t>(i), classes,
                 {made.probabilities.data_ptr<float>(), static_cast<std::size_t>(made.probabilities.numel())});
    const auto truth = truth_of(file, model.labeling);
    if (truth) {
      scores.add(made.classes,
                 torch::tensor(torch::ArrayRef<std::uint8_t>(*truth), torch::kUInt8).view_as(made.classes));
      ++judged;
    }
    if (!wish.figures.empty())
      write_png(fs::path(wish.figures) / (samples.names[i] + ".png"),
                map_of(samples.names[i], samples, fields, classes, truth));
    line.tell(fmt::format("{}/{} samples", i + 1, samples.paths.size()));
  }
  writer.publish();
  line.wipe();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  print(scores, judged);
  fmt::print("{} masks of {} x {} pixels in {:.1f} s ({} threads), in {}\n", samples.paths.size(), samples.height,
             samples.width, seconds, wish.threads, wish.output);
  return exit_done;
}

}  // namespace stormsweep
