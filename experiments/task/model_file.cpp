#include "experiments/task/model_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>
#include <random>
#include <string_view>
#include <system_error>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// In memory first: LibTorch ends the process where a disk is full.
std::string archive_text(const Experiment& experiment, const Configuration& configuration, const std::string& notes,
                         const torch::nn::Module& network) {
  torch::serialize::OutputArchive archive, weights;
  network.save(weights);
  archive.write("experiment", c10::IValue(experiment.name));
  archive.write("configuration", c10::IValue(to_json(configuration, experiment).dump()));
  archive.write("notes", c10::IValue(notes));
  archive.write("network", weights);
  std::string text;
  archive.save_to([&text](const void* bytes, std::size_t size) {
    text.append(static_cast<const char*>(bytes), size);
    return size;
  });
  return text;
}

/// Throws std::system_error; `bytes` are on the disk when it returns.
void write_file(const fs::path& file, std::string_view bytes) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  bool good = descriptor >= 0;
  while (good && !bytes.empty()) {
    const ssize_t count = write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    good = count >= 0;
    if (good) bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  good = good && fsync(descriptor) == 0;
  const int problem = errno;
  if (descriptor >= 0) close(descriptor);
  if (!good) throw std::system_error(problem, std::generic_category());
}

std::string read_text(torch::serialize::InputArchive& archive, const std::string& key) {
  c10::IValue value;
  archive.read(key, value);
  return value.toStringRef();
}

}  // namespace

void save_model(const fs::path& file, const Experiment& experiment, const Configuration& configuration,
                const std::string& notes, const torch::nn::Module& network) {
  const std::string bytes = archive_text(experiment, configuration, notes, network);
  fs::create_directories(file.parent_path());
  // A worker that was given up may still be writing the same trial's.
  const fs::path fresh = fmt::format("{}.{:08x}.new", file.string(), std::random_device{}());
  try {
    write_file(fresh, bytes);
    fs::rename(fresh, file);
  } catch (const std::exception&) {
    std::error_code ignored;
    fs::remove(fresh, ignored);
    throw;
  }
}

ModelFile load_model(const fs::path& file, const std::string& experiment) {
  const auto refuse = [&](const std::string& what) {
    throw InputError(fmt::format("{}: {}; give a network that `stormsweep run --keep-best` kept", file.string(), what));
  };
  if (!fs::is_regular_file(file)) refuse("there is no such file");
  ModelFile model;
  std::string name, configuration;
  try {
    torch::serialize::InputArchive archive;
    archive.load_from(file.string(), torch::Device(torch::kCPU));
    name = read_text(archive, "experiment");
    configuration = read_text(archive, "configuration");
    model.notes = read_text(archive, "notes");
    archive.read("network", model.network);
  } catch (const std::exception&) {  // of several kinds: LibTorch tells a missing name otherwise than a torn file
    refuse("this is not a trained network");
  }
  if (name != experiment) refuse(fmt::format("it is of the experiment {}, not of {}", name, experiment));
  model.experiment = &find_experiment(name, file.string());
  const auto read = parse_configuration(configuration, *model.experiment);
  if (!read) refuse(fmt::format("its hyperparameters are not those of {} any more", experiment));
  model.configuration = *read;
  return model;
}

}  // namespace stormsweep
