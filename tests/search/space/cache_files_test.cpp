#include "search/space/cache_files.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("the file name of a network gives its trial, and no other file does") {
  const std::filesystem::path folder = fresh_models("/c", "s");
  CHECK(folder == "/c/models/s");
  const Identity trial{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 1, 2, 3, 4, 5, 6, 0xff};
  CHECK(fresh_model(folder, trial) == "/c/models/s/0123456789abcdef00010203040506ff.pt");
  CHECK(trial_of_fresh_model(fresh_model(folder, trial)) == trial);
  for (const char* other : {"0123456789abcdef00010203040506ff.pt.7.new", "0123456789abcdef00010203040506f.pt",
                            "0123456789abcdef00010203040506fg.pt", "0123456789ABCDEF00010203040506ff.pt", "trial-1.pt"})
    CHECK_FALSE(trial_of_fresh_model(folder / other));
}

TEST_CASE("the file name of a checkpoint gives its training and its data") {
  const Experiment& tornado = find_experiment("tornado", "test");
  Configuration configuration;
  for (const Hyperparameter& h : tornado.hyperparameters) configuration.values.push_back(h.fallback);
  const Identity curve = curve_identity(configuration, tornado, 7);
  configuration.values[*tornado.milestone] = std::int64_t{99};
  CHECK(curve_identity(configuration, tornado, 7) == curve);  // whatever its length
  CHECK(curve_identity(configuration, tornado, 8) != curve);
  // The fingerprint covers all three splits, because a checkpoint's metrics depend on all.
  const std::string print = std::string(32, '1') + std::string(32, '2') + std::string(32, '3');
  const std::filesystem::path file = checkpoint(checkpoints("/c"), curve, print);
  CHECK(file.string().starts_with("/c/checkpoints/" + to_hex(curve) + '-'));
  CHECK(curve_of_checkpoint(file, print) == curve);
  for (const std::size_t changed : {0, 40, 95}) {
    std::string other = print;
    other[changed] = '9';
    CHECK_FALSE(curve_of_checkpoint(file, other));
  }
  CHECK_FALSE(curve_of_checkpoint(file.string() + ".new", print));
}

TEST_CASE("a command's checkpoint is of one search, any other of all on the same data") {
  const auto key = [](const std::string& name, const Experiment& experiment) {
    Space space;
    space.name = name;
    space.experiment = &experiment;
    return checkpoint_fingerprint(space, "f");
  };
  Experiment mine = find_experiment("noop", "test");
  CHECK(key("a", mine) == key("b", mine));
  mine.command.emplace();
  CHECK(key("a", mine) != key("b", mine));
  CHECK(key("a", mine) == command_fingerprint("f", "a"));
}

TEST_CASE("a curve is of one training, unless epochs are not shared") {
  const auto alone = [](const std::string& more) {
    return one_training_a_curve(parse_space(
        R"({"name": "s", "experiment": "noop", "parameters": {"index": [1, 2]})" + more + "}", "s.json", "/"));
  };
  CHECK(alone(""));
  CHECK_FALSE(alone(R"(, "share_epochs": false)"));
}
