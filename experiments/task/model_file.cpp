#include "experiments/task/model_file.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "experiments/task/archive_file.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

std::string read_text(torch::serialize::InputArchive& archive, const std::string& key) {
  c10::IValue value;
  archive.read(key, value);
  return value.toStringRef();
}

}  // namespace

void save_model(const fs::path& file, const Experiment& experiment, const Configuration& configuration,
                const std::string& notes, const torch::nn::Module& network) {
  torch::serialize::OutputArchive archive, weights;
  network.save(weights);
  archive.write("experiment", c10::IValue(experiment.name));
  archive.write("configuration", c10::IValue(to_json(configuration, experiment).dump()));
  archive.write("notes", c10::IValue(notes));
  archive.write("network", weights);
  save_archive(archive, file);
}

void ModelFile::compute_in_float32() {
  if (const auto precision = experiment->find("precision")) configuration.values[*precision] = std::string("fp32");
}

ModelFile load_model(const fs::path& file, const std::string& experiment) {
  const auto refuse = [&](const std::string& what) {
    throw InputError(fmt::format("{}: {}; give a network that `stormsweep run --keep-best` kept", file.string(), what));
  };
  if (!fs::is_regular_file(file)) refuse("there is no such file");
  ModelFile model;
  std::string name, configuration;
  try {
    auto archive = load_archive(file, torch::kCPU);
    name = read_text(archive, "experiment");
    configuration = read_text(archive, "configuration");
    model.notes = read_text(archive, "notes");
    archive.read("network", model.network);
  } catch (const std::exception&) {  // LibTorch throws different types for a missing name and a torn file
    refuse("this is not a trained network, or it is damaged");
  }
  if (name != experiment) refuse(fmt::format("it is of the experiment {}, not of {}", name, experiment));
  model.experiment = &find_experiment(name, file.string());
  auto read = parse_configuration(configuration, *model.experiment);
  if (!read) read = parse_earlier_configuration(configuration, *model.experiment);
  if (!read) refuse(fmt::format("its hyperparameters are not those of {} any more", experiment));
  model.configuration = *read;
  return model;
}

}  // namespace stormsweep
