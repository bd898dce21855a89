#include "experiments/task/model_file.hpp"

#include <doctest/doctest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/conv.h>
#include <torch/serialize.h>

#include <fstream>

#include "search/base/error.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;

namespace {

namespace fs = std::filesystem;

Configuration defaults(const Experiment& experiment) {
  Configuration configuration;
  for (const Hyperparameter& h : experiment.hyperparameters) configuration.values.push_back(h.fallback);
  return configuration;
}

/// A convolution and the running means of a normalisation, which are buffers.
torch::nn::Sequential network() {
  return torch::nn::Sequential(torch::nn::Conv2d(2, 3, 3), torch::nn::BatchNorm2d(3));
}

std::string problem(const fs::path& file, const std::string& experiment) {
  try {
    load_model(file, experiment);
  } catch (const InputError& error) {
    return error.what();
  }
  return "loaded";
}

}  // namespace

TEST_CASE("a network comes back with all that made it, to the last bit") {
  const TemporaryFolder folder;
  const fs::path file = folder / "new folder/trial-1.pt";
  const Experiment& tornado = find_experiment("tornado", "test");
  Configuration configuration = defaults(tornado);
  configuration.values[*tornado.find("epochs")] = std::int64_t{7};
  torch::nn::Sequential saved = network(), loaded = network();
  saved->forward(torch::randn({4, 2, 8, 8}));  // changes the buffers
  save_model(file, tornado, configuration, R"({"mean": 0.5})", *saved);
  ModelFile model = load_model(file, "tornado");
  CHECK(model.experiment == &tornado);
  CHECK(model.configuration == configuration);
  CHECK(model.notes == R"({"mean": 0.5})");
  loaded->load(model.network);
  for (const auto& parameter : saved->named_parameters())
    CHECK(parameter.value().equal(loaded->named_parameters()[parameter.key()]));
  REQUIRE(saved->named_buffers().size() == 3);
  for (const auto& buffer : saved->named_buffers()) CHECK(buffer.value().equal(loaded->named_buffers()[buffer.key()]));
  CHECK(std::distance(fs::directory_iterator(file.parent_path()), {}) == 1);
}

TEST_CASE("a network is refused if a bit of its file has flipped, and read if the file has no checksum, as in 0.2.0") {
  const TemporaryFolder folder;
  const fs::path file = folder / "t.pt";
  const Experiment& tornado = find_experiment("tornado", "test");
  save_model(file, tornado, defaults(tornado), "{}", *network());
  const std::string bytes = text_of(file);
  for (std::size_t at = 0; at < bytes.size(); at += 7) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    std::ofstream(file) << damaged;
    CHECK(problem(file, "tornado").find(": this is not a trained network, or it is damaged; ") != std::string::npos);
  }
  std::ofstream(file) << bytes;
  fs::resize_file(file, bytes.size() - 16);
  CHECK(problem(file, "tornado") == "loaded");
}

TEST_CASE("what cannot be saved throws, and leaves nothing") {
  const TemporaryFolder folder;
  const Experiment& tornado = find_experiment("tornado", "test");
  torch::nn::Sequential saved = network();
  std::ofstream(folder / "file") << "in the way";
  CHECK_THROWS_AS(save_model(folder / "file/t.pt", tornado, defaults(tornado), "{}", *saved), std::exception);
  fs::create_directories(folder / "t.pt/not empty");  // cannot be replaced
  CHECK_THROWS_AS(save_model(folder / "t.pt", tornado, defaults(tornado), "{}", *saved), std::exception);
  CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 2);
}

TEST_CASE("files that are no network of the experiment are refused in one line") {
  const TemporaryFolder folder;
  const std::string remedy = "; give a network that `stormsweep run --keep-best` kept";
  CHECK(problem(folder / "none.pt", "tornado") == (folder / "none.pt").string() + ": there is no such file" + remedy);
  CHECK(problem(folder.path(), "tornado") == folder.path().string() + ": there is no such file" + remedy);
  const fs::path file = folder / "t.pt";
  std::ofstream(file) << "text";
  CHECK(problem(file, "tornado") == file.string() + ": this is not a trained network, or it is damaged" + remedy);
  torch::save(torch::ones(3), file.string());
  CHECK(problem(file, "tornado") == file.string() + ": this is not a trained network, or it is damaged" + remedy);

  const Experiment& tornado = find_experiment("tornado", "test");
  torch::nn::Sequential saved = network();
  save_model(file, tornado, defaults(tornado), "{}", *saved);
  CHECK(problem(file, "nowcast") == file.string() + ": it is of the experiment tornado, not of nowcast" + remedy);
  fs::resize_file(file, fs::file_size(file) / 2);
  CHECK(problem(file, "tornado") == file.string() + ": this is not a trained network, or it is damaged" + remedy);

  Experiment another = tornado;
  another.hyperparameters[0].name = "of_another_version";
  save_model(file, another, defaults(another), "{}", *saved);
  CHECK(problem(file, "tornado") == file.string() + ": its hyperparameters are not those of tornado any more" + remedy);
}

TEST_CASE("a network that was kept before its experiment got a hyperparameter has that one's default") {
  const TemporaryFolder folder;
  const Experiment& tornado = find_experiment("tornado", "test");
  Experiment earlier = tornado;
  earlier.hyperparameters.pop_back();
  torch::nn::Sequential saved = network();
  save_model(folder / "t.pt", earlier, defaults(earlier), "{}", *saved);
  CHECK(load_model(folder / "t.pt", "tornado").configuration == defaults(tornado));
}
