#include "experiments/nowcast/nowcast_task.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "datasets/nowcast/blurred_extrapolation.hpp"
#include "datasets/nowcast/extrapolation.hpp"
#include "datasets/nowcast/nowcast_patches.hpp"
#include "datasets/nowcast/nowcast_writer.hpp"
#include "datasets/nowcast/patch_extrapolation.hpp"
#include "experiments/nowcast/commands.hpp"
#include "experiments/nowcast/nowcast_check.hpp"
#include "experiments/nowcast/nowcast_notes.hpp"
#include "models/nowcast_cnn.hpp"
#include "search/base/error.hpp"
#include "search/space/space.hpp"
#include "tests/experiments/metric.hpp"
#include "tests/experiments/nowcast/nowcast_world.hpp"
#include "tests/experiments/shard.hpp"

using namespace stormsweep;

namespace {

struct Epoch {
  std::vector<torch::Tensor> inputs;  ///< a sample each
  std::vector<std::int64_t> sizes, totals;
};

Epoch epoch(Task& task, std::int64_t number) {
  Epoch result;
  Prefetch batches = task.training_batches(number, 0);
  while (const auto batch = batches.next()) {
    for (const torch::Tensor& sample : batch->input.unbind()) result.inputs.push_back(sample.clone());
    result.sizes.push_back(batch->input.size(0));
    result.totals.push_back(batch->total);
  }
  return result;
}

/// A number a sample: equal for equal sets of samples, however shuffled or turned.
std::multiset<double> prints(const std::vector<torch::Tensor>& inputs) {
  std::multiset<double> result;
  for (const torch::Tensor& input : inputs)
    result.insert(
        std::get<0>(input.flatten().to(torch::kFloat64).sort()).slice(0, 0, {}, 97).square().sum().item<double>());
  return result;
}

/// A search of `parameters` (JSON) on the files.
Space space_of(const std::map<std::string, std::filesystem::path>& data, const std::string& parameters = "{}",
               const std::string& more = "") {
  std::string files;
  for (const auto& [split, path] : data)
    files += (files.empty() ? "" : ", ") + ("\"" + split + "\": \"" + path.string() + "\"");
  return parse_space(
      R"({"name": "n", "experiment": "nowcast", "data": {)" + files + R"(}, "parameters": )" + parameters + more + "}",
      "n.json", "/");
}

/// Files of one patch of 0.03 each.
std::map<std::string, std::filesystem::path> write_even_rain(const TemporaryFolder& folder, const NowcastMeta& meta) {
  std::map<std::string, std::filesystem::path> data{{"train", folder / "train.h5"}, {"test", folder / "test.h5"}};
  for (const auto& [split, path] : data) {
    NowcastWriter writer(path, 1, 256);
    writer.append(std::vector<std::uint16_t>(nowcast_frames * 256 * 256, 3), {});
    writer.seal(meta, "test");
    writer.publish();
  }
  return data;
}

}  // namespace

TEST_CASE("ranks of a gang divide the training file, a batch each, and know how large the batch of all is") {
  const NowcastWorld world(17);  // 11 for training
  const std::map<std::string, Value> settings{{"batch_size", std::int64_t{2}}};
  const Epoch alone = epoch(*world.task(settings), 1);
  CHECK(alone.sizes == std::vector<std::int64_t>{2, 2, 2, 2, 2, 1});
  CHECK(alone.totals == alone.sizes);
  std::vector<torch::Tensor> together;
  for (const auto& [shard, sizes] :
       std::vector<std::pair<int, std::vector<std::int64_t>>>{{0, {2, 1}}, {1, {2, 2}}, {2, {2, 2}}}) {
    const auto task = world.task(settings, std::make_shared<Shard>(shard, 3));
    CHECK(task->batches_per_epoch() == 2);
    const Epoch own = epoch(*task, 1);
    CHECK(own.sizes == sizes);
    CHECK(own.totals == std::vector<std::int64_t>{6, 5});
    together.insert(together.end(), own.inputs.begin(), own.inputs.end());
  }
  CHECK(prints(together) == prints(alone.inputs));
}

TEST_CASE("an epoch that is entered in its middle goes on with the same batches") {
  const NowcastWorld world;
  const auto task = world.task({{"batch_size", std::int64_t{4}}, {"augmentation", std::string("live")}});
  const Epoch whole = epoch(*task, 2);
  Prefetch rest = task->training_batches(2, 1);
  std::size_t sample = 4;
  while (const auto batch = rest.next())
    for (const torch::Tensor& input : batch->input.unbind()) CHECK(input.equal(whole.inputs[sample++]));
  CHECK(sample == whole.inputs.size());
  CHECK(!epoch(*task, 3).inputs[0].equal(whole.inputs[0]));
}

TEST_CASE("live augmentation turns and transposes, and shows the same rain") {
  const NowcastWorld world;
  const auto plain = world.task(), live = world.task({{"augmentation", std::string("live")}});
  const Epoch as_it_is = epoch(*plain, 1);
  std::set<int> symmetries;
  for (int number = 1; number <= 6; ++number) {
    const Epoch turned = epoch(*live, number);
    CHECK(prints(turned.inputs) == prints(as_it_is.inputs));
    for (const torch::Tensor& input : turned.inputs)
      for (const torch::Tensor& original : as_it_is.inputs)
        for (int s = 0; s < 8; ++s)
          if (input.equal((s < 4 ? original : original.transpose(1, 2)).rot90(s % 4, {1, 2}))) symmetries.insert(s);
  }
  CHECK(symmetries.size() == 8);
}

TEST_CASE("the scores of persistence are those of the last image, pixel by pixel") {
  const NowcastWorld world(40);
  const auto metrics = world.task()->evaluate(Split::test);
  const NowcastPatches test(world.folder() / "test.h5");
  const std::int64_t side = test.side(), margin = (side - 48) / 2;
  for (std::int64_t lead = 0; lead < nowcast_targets; ++lead) {
    double squares = 0, pixels = 0;
    std::array<double, 2> hits{}, events{};
    constexpr std::array<int, 2> thresholds{50, 200};  // 0.5 and 2 mm/h, as stored: rain that is at one counts
    for (std::int64_t i = 0; i < test.size(); ++i)
      for (std::int64_t row = margin; row < margin + 48; ++row)
        for (std::int64_t column = margin; column < margin + 48; ++column) {
          const auto at = static_cast<std::size_t>(row * side + column), frame = static_cast<std::size_t>(side * side);
          const int now = test.input(i)[6 * frame + at],
                    then = test.target(i)[static_cast<std::size_t>(lead) * frame + at];
          squares += 1e-4 * (now - then) * (now - then);
          for (std::size_t t = 0; t < thresholds.size(); ++t) {
            hits[t] += now >= thresholds[t] && then >= thresholds[t];
            events[t] += now >= thresholds[t] || then >= thresholds[t];
          }
          ++pixels;
        }
    const std::string at = "[" + std::to_string(10 * (lead + 1)) + "]";
    CHECK(metric(metrics, "test_persistence_mse" + at) == doctest::Approx(squares / pixels).epsilon(1e-4));
    REQUIRE(events[1] > 100);
    CHECK(metric(metrics, "test_persistence_csi_0_5" + at) == doctest::Approx(hits[0] / events[0]).epsilon(1e-9));
    CHECK(metric(metrics, "test_persistence_csi_2" + at) == doctest::Approx(hits[1] / events[1]).epsilon(1e-9));
  }
}

TEST_CASE(
    "the scores of extrapolation are those of the last image carried along, and rain that moves is forecast by it") {
  const NowcastWorld world(40);
  const auto task = world.task();
  const auto metrics = task->evaluate(Split::test);
  const NowcastPatches test(world.folder() / "test.h5");
  const auto side = test.side(), pixels = side * side, margin = (side - 48) / 2;
  std::array<double, nowcast_targets> squares{};
  for (std::int64_t i = 0; i < test.size(); ++i) {
    std::vector<float> input;
    for (const std::uint16_t number : test.input(i)) input.push_back(static_cast<float>(number) * 0.01f);
    const std::span<const float> frames(input);
    const auto frame = [&](std::int64_t k) {
      return frames.subspan(static_cast<std::size_t>(k * pixels), static_cast<std::size_t>(pixels));
    };
    const auto forecast =
        extrapolate(frame(6), find_motion(frame(5), frame(6), side, side, RadarQuantity::rain_rate), 6);
    for (std::int64_t at = 0; at < nowcast_targets * pixels; ++at) {
      const std::int64_t row = at % pixels / side, column = at % side;
      if (row < margin || row >= margin + 48 || column < margin || column >= margin + 48) continue;
      const float there = forecast[static_cast<std::size_t>(at)];
      const double error = (std::isnan(there) ? 0 : there) - test.target(i)[static_cast<std::size_t>(at)] * 0.01;
      squares[static_cast<std::size_t>(at / pixels)] += error * error;
    }
  }
  double mean = 0;
  for (std::int64_t lead = 0; lead < nowcast_targets; ++lead) {
    const double error = squares[static_cast<std::size_t>(lead)] / static_cast<double>(test.size() * 48 * 48);
    const std::string at = "[" + std::to_string(10 * (lead + 1)) + "]";
    CHECK(metric(metrics, "test_extrapolation_mse" + at) == doctest::Approx(error).epsilon(1e-4));
    CHECK(metric(metrics, "test_extrapolation_skill" + at) ==
          doctest::Approx(1 - metric(metrics, "test_mse" + at) / error).epsilon(1e-4));
    CHECK(metric(metrics, "test_extrapolation_csi_0_5" + at) > metric(metrics, "test_persistence_csi_0_5" + at));
    mean += error / nowcast_targets;
  }
  CHECK(metric(metrics, "test_extrapolation_mse") == doctest::Approx(mean).epsilon(1e-4));
  CHECK(metric(metrics, "test_extrapolation_skill") ==
        doctest::Approx(1 - metric(metrics, "test_mse") / mean).epsilon(1e-4));
  CHECK(metric(task->evaluate(Split::test), "test_extrapolation_mse") == metric(metrics, "test_extrapolation_mse"));
}

TEST_CASE("patches are extrapolated and scored once a process, whatever networks are trained; each rank its own") {
  const NowcastWorld world;  // 3 patches for test
  const Experiment& experiment = find_experiment("nowcast", "test");
  std::int64_t told = 0;
  const auto evaluate = [&](std::int64_t filters, const std::shared_ptr<Gang>& gang = std::make_shared<Gang>()) {
    TaskContext context{.data = world.data(), .fingerprint = "world", .seed = 17, .cache = {}, .gang = gang};
    context.evaluating = [&](Split, std::int64_t, std::int64_t all) { told = all; };
    return make_nowcast_task(experiment, configuration_of(experiment, {{"base_filters", filters}}), context)
        ->evaluate(Split::test);
  };
  const auto bars = [](const Metrics& metrics) {
    std::vector<double> values;
    for (const auto& [name, value] : metrics)
      if (name.find("extrapolation_mse") != std::string::npos || name.find("blurred_csi") != std::string::npos)
        values.push_back(std::isnan(value) ? -1 : value);
    return values;
  };
  const Metrics first = evaluate(1);
  CHECK(told == 2 * 3);  // forecasts of the network, and extrapolations
  const Metrics second = evaluate(2);
  CHECK(told == 3);
  REQUIRE(bars(first).size() == 1 + 6 + 6 * 4);
  CHECK(bars(second) == bars(first));
  CHECK(metric(second, "test_mse") != metric(first, "test_mse"));
  const Metrics half = evaluate(1, std::make_shared<Shard>(1, 2));
  CHECK(told == 2 * 2);
  CHECK(bars(half) != bars(first));
}

TEST_CASE("before training, a network of residuals scores as extrapolation does") {
  const NowcastWorld world(30);
  for (const char* network : {"samsi", "unet"}) {
    CAPTURE(network);
    const auto task = world.task({{"network", std::string(network)}, {"extrapolation", std::string("residual")}});
    const auto metrics = task->evaluate(Split::test);
    const double bar = metric(metrics, "test_extrapolation_mse");
    REQUIRE(bar > 0.01);
    CHECK(metric(metrics, "test_mse") == doctest::Approx(bar).epsilon(1e-3));  // inputs are hundredths of mm/h
    CHECK(std::abs(metric(metrics, "test_extrapolation_skill")) < 1e-3);
    for (const char* at : {"10", "60"}) {
      const std::string lead = std::string("[") + at + "]";
      CHECK(metric(metrics, "test_csi_0_5" + lead) ==
            doctest::Approx(metric(metrics, "test_extrapolation_csi_0_5" + lead)).epsilon(0.02));
      CHECK(metric(metrics, "test_fss_16km_0_5" + lead) ==
            doctest::Approx(metric(metrics, "test_extrapolation_fss_16km_0_5" + lead)).epsilon(0.02));
    }
    CHECK(metric(metrics, "test_seen[from_2]") ==
          doctest::Approx(metric(metrics, "test_extrapolation_seen[from_2]")).epsilon(0.02));
  }
}

TEST_CASE("before training, a network that blends scores nearly as blurred extrapolation does") {
  const NowcastWorld world(30);
  const auto task = world.task({{"network", std::string("unet")}, {"extrapolation", std::string("blend")}});
  const auto metrics = task->evaluate(Split::test);
  CHECK(std::abs(metric(metrics, "test_blurred_skill")) < 0.05);
  CHECK(metric(metrics, "test_extrapolation_skill") > 0.05);
}

TEST_CASE("the scores of blurred extrapolation are those of the training split's blurs, pixel by pixel") {
  const NowcastWorld world(40);
  const auto metrics = world.task()->evaluate(Split::test);
  const NowcastPatches test(world.folder() / "test.h5");
  const std::int64_t side = test.side(), margin = (side - 48) / 2;
  double squares = 0;
  for (std::int64_t i = 0; i < test.size(); ++i) {
    const std::vector<float> frames = extrapolate_patch(test.input(i), test.meta());
    const std::vector<float> forecast = blurred_centre(frames, side, test.meta().blurs);
    for (std::int64_t k = 0; k < std::ssize(forecast); ++k) {
      const std::int64_t lead = k / (48 * 48), row = margin + k / 48 % 48, column = margin + k % 48;
      const double seen = 0.01 * test.target(i)[static_cast<std::size_t>((lead * side + row) * side + column)];
      squares += std::pow(forecast[static_cast<std::size_t>(k)] - seen, 2);
    }
  }
  const double mean = squares / static_cast<double>(test.size() * 6 * 48 * 48);
  CHECK(metric(metrics, "test_blurred_mse") == doctest::Approx(mean).epsilon(1e-4));
  CHECK(metric(metrics, "test_blurred_skill") == doctest::Approx(1 - metric(metrics, "test_mse") / mean).epsilon(1e-4));
}

namespace {

/// Forecast and truth of the blurred extrapolation, pixel by pixel, of each lead time.
using Pixels = std::array<std::vector<std::pair<double, double>>, 6>;

Pixels blurred_pixels(const std::filesystem::path& file) {
  const NowcastPatches patches(file);
  const std::int64_t side = patches.side(), margin = (side - 48) / 2;
  Pixels pixels;
  for (std::int64_t i = 0; i < patches.size(); ++i) {
    const auto frames = extrapolate_patch(patches.input(i), patches.meta());
    const auto forecast = blurred_centre(frames, side, patches.meta().blurs);
    for (std::int64_t k = 0; k < std::ssize(forecast); ++k) {
      const std::int64_t lead = k / (48 * 48), row = margin + k / 48 % 48, column = margin + k % 48;
      const double seen = 0.01 * patches.target(i)[static_cast<std::size_t>((lead * side + row) * side + column)];
      pixels[static_cast<std::size_t>(lead)].push_back({forecast[static_cast<std::size_t>(k)], seen});
    }
  }
  return pixels;
}

double csi(const Pixels& pixels, std::size_t first, std::size_t last, double threshold, double level) {
  double hits = 0, all = 0;
  for (std::size_t l = first; l <= last; ++l)
    for (const auto& [said, seen] : pixels[l]) {
      hits += said >= level && seen >= threshold - 1e-6;
      all += said >= level || seen >= threshold - 1e-6;
    }
  return hits / all;
}

}  // namespace

TEST_CASE("where it rains enough is told at levels that the validation split has chosen, of the bars, too") {
  const NowcastWorld world(40);
  const auto task = world.task({{"validation_share", 1.0}});
  task->evaluate(Split::validation);
  const Metrics metrics = task->evaluate(Split::test);
  const Pixels validation = blurred_pixels(world.folder() / "validation.h5"),
               test = blurred_pixels(world.folder() / "test.h5");
  for (std::size_t l = 0; l < 6; ++l) {
    double best = 1;  // as a share of the threshold
    const auto score = [&](double share) {
      return csi(validation, l == 0 ? 0 : l - 1, std::min<std::size_t>(l + 1, 5), 0.5, 0.5 * share);
    };
    for (int k = -40; k <= 10; ++k)
      if (score(std::exp(0.05 * k)) > score(best) + 1e-4) best = std::exp(0.05 * k);
    const std::string at = "[" + std::to_string(10 * (l + 1)) + "]";
    CAPTURE(l);
    CHECK(metric(metrics, "test_blurred_decided_csi_0_5" + at) ==
          doctest::Approx(csi(test, l, l, 0.5, 0.5 * best)).epsilon(0.02));
    CHECK(metric(metrics, "test_blurred_csi_0_5" + at) == doctest::Approx(csi(test, l, l, 0.5, 0.5)).epsilon(1e-3));
  }
}

TEST_CASE("batches that are made ahead of the network have the scores of those that are made when it asks") {
  const NowcastWorld world(90);  // 18 for validation: in batches of 8, 8 and 2
  const Experiment& experiment = find_experiment("nowcast", "test");
  const auto scores = [&](int background) {
    const TaskContext context{.data = world.data(), .seed = 17, .cache = {}, .background = background};
    const Configuration configuration =
        configuration_of(experiment, {{"base_filters", std::int64_t{1}}, {"validation_share", 1.0}});
    return make_nowcast_task(experiment, configuration, context)->evaluate(Split::validation);
  };
  const Metrics asked = scores(0);
  CHECK(metric(asked, "validation_mse") > 0);
  CHECK(scores(3) == asked);
}

TEST_CASE("without a validation file thresholds are told as they are") {
  const NowcastWorld world(40);
  const auto task = world.task({}, std::make_shared<Gang>(), /*with_validation=*/false);
  task->evaluate(Split::validation);
  const Metrics metrics = task->evaluate(Split::test);
  CHECK(metric(metrics, "test_level_0_5[30]") == 0.5);
  CHECK(metric(metrics, "test_level_5[60]") == 5);
  for (const char* const who : {"", "extrapolation_", "blurred_"}) {
    const std::string name = who;
    CHECK(metric(metrics, "test_" + name + "decided_csi_0_5[20]") == metric(metrics, "test_" + name + "csi_0_5[20]"));
  }
}

TEST_CASE("extrapolations are made once for all that want them, and not for networks that do not") {
  const NowcastWorld world;
  const auto files = [&] {
    std::set<std::filesystem::path> found;
    if (!std::filesystem::exists(world.folder() / "cache")) return found;
    for (const auto& entry : std::filesystem::directory_iterator(world.folder() / "cache"))
      if (entry.path().extension() == ".h5") found.insert(entry.path());
    return found;
  };
  world.task()->evaluate(Split::test);
  CHECK(files().empty());
  const std::map<std::string, Value> settings{{"network", std::string("unet")},
                                              {"extrapolation", std::string("input")}};
  const auto first = world.task(settings)->evaluate(Split::test);
  const auto made = files();
  REQUIRE(made.size() == 3);
  const auto written = std::filesystem::last_write_time(*made.begin());
  const auto second = world.task(settings)->evaluate(Split::test);
  CHECK(files() == made);
  CHECK(std::filesystem::last_write_time(*made.begin()) == written);
  CHECK(metric(first, "test_loss") == metric(second, "test_loss"));
}

TEST_CASE("the balanced loss counts heavy rain more, and leaves the scores alone") {
  const NowcastWorld world(30);
  const auto scores = [&](const char* loss) {
    return world.task({{"loss", std::string(loss)}})->evaluate(Split::test);
  };
  const auto plain = scores("mse"), balanced = scores("balanced");
  CHECK(metric(balanced, "test_loss") > 1.02 * metric(plain, "test_loss"));
  CHECK(metric(balanced, "test_mse") == metric(plain, "test_mse"));
}

TEST_CASE("the scores of the network are those of its output at full resolution, in physical units") {
  const NowcastWorld world;
  const auto task = world.task({{"base_filters", std::int64_t{2}}});
  const auto metrics = task->evaluate(Split::test);
  const NowcastPatches test(world.folder() / "test.h5");
  const auto [mean, deviation] = test.meta().statistics;
  const torch::NoGradGuard no_gradient;
  double squares = 0;
  for (std::int64_t i = 0; i < test.size(); ++i) {
    const auto images = [&](std::span<const std::uint16_t> stored, std::int64_t n) {
      torch::Tensor t = torch::empty({1, n, test.side(), test.side()});
      std::copy(stored.begin(), stored.end(), t.data_ptr<float>());
      return t * 0.01;
    };
    const torch::Tensor input = (images(test.input(i), 7) - mean) / deviation;
    const torch::Tensor output = dynamic_cast<NowcastCnn&>(task->network()).forward(input)[3];
    const torch::Tensor forecast = (output.slice(2, 3, 51).slice(3, 3, 51) * deviation + mean).clamp_min(0);
    squares +=
        (forecast - images(test.target(i), 6).slice(2, 104, 152).slice(3, 104, 152)).square().mean().item<double>();
  }
  const double expected = squares / static_cast<double>(test.size());
  CHECK(metric(metrics, "test_mse") == doctest::Approx(expected).epsilon(1e-4));
  double persistence = 0;
  for (int lead = 10; lead <= 60; lead += 10)
    persistence += metric(metrics, "test_persistence_mse[" + std::to_string(lead) + "]") / 6;
  CHECK(metric(metrics, "test_skill") == doctest::Approx(1 - expected / persistence).epsilon(1e-4));
}

TEST_CASE("a forecast is told how the training data were made") {
  const NowcastWorld world;
  const NowcastMeta notes = parse_nowcast_notes(world.task()->model_notes(), "test");
  const NowcastMeta meta = NowcastPatches(world.folder() / "train.h5").meta();
  CHECK(notes.statistics.mean == meta.statistics.mean);
  CHECK(notes.statistics.deviation == meta.statistics.deviation);
  CHECK(notes.step_minutes == 10);
  CHECK(notes.quantity == RadarQuantity::rain_rate);
}

TEST_CASE("each rank validates on a draw of its own, of the test patches where there is no validation file") {
  const NowcastWorld world(40);  // 8 of them for test
  const std::map<std::string, Value> all{{"validation_share", 1.0}}, half{{"validation_share", 0.5}};
  const auto loss = [](Task& task, Split split) { return task.evaluate(split)[0].second; };
  const auto from_test = world.task(all, std::make_shared<Gang>(), false);
  CHECK(loss(*from_test, Split::validation) == doctest::Approx(loss(*from_test, Split::test)).epsilon(1e-6));
  CHECK(loss(*world.task(all), Split::validation) != doctest::Approx(loss(*world.task(all), Split::test)));
  const double first = loss(*world.task(half), Split::validation);
  CHECK(loss(*world.task(half), Split::validation) == first);
  CHECK(loss(*world.task(half, std::make_shared<Shard>(1, 2)), Split::validation) != first);
}

TEST_CASE("the check of the data tells what each split holds, and refuses splits that do not belong together") {
  const NowcastWorld world, other(30);
  const DataCheck report = check_nowcast_data(space_of(world.data()));
  CHECK(report.fingerprint.size() == 3 * 32);
  REQUIRE(report.notes.size() == 3);
  CHECK(report.notes[0].find("train: 9 patches of 256 x 256") == 0);
  auto data = world.data();
  data["test"] = other.folder() / "test.h5";
  CHECK_THROWS_WITH_AS(check_nowcast_data(space_of(data)), doctest::Contains("normalisation differs"), InputError);
  data = world.data();
  data.erase("validation");
  CHECK(check_nowcast_data(space_of(data)).notes[1].find("drawn from the test patches") != std::string::npos);
  data["validation"] = "/none.h5";
  CHECK_THROWS_WITH_AS(check_nowcast_data(space_of(data)),
                       doctest::Contains("/none.h5: no such file; where prepare made none, leave \"validation\" out"),
                       InputError);
  data.erase("validation");

  const TemporaryFolder small;
  generate_nowcast({.samples = 6, .side = 240, .seed = 1}, small.path(), [](std::int64_t) {});
  for (auto& [split, path] : data) path = small / (split + ".h5");
  CHECK_THROWS_WITH_AS(check_nowcast_data(space_of(data)), doctest::Contains("make them again with --size 256"),
                       InputError);
}

TEST_CASE(
    "every lead time of images 5, 10, 12 or 15 min apart has scores; of others the check says that some have not") {
  const Profile& leads = find_experiment("nowcast", "test").profiles[0];
  REQUIRE(leads.name == "lead_time");
  const TemporaryFolder folder;
  for (const std::int64_t step : {5, 10, 12, 15, 20}) {
    CAPTURE(step);
    const auto data = write_even_rain(folder, {.step_minutes = static_cast<double>(step), .statistics = {1, 2}});
    const auto notes = check_nowcast_data(space_of(data)).notes;
    const bool all_kept = std::ranges::none_of(
        notes, [](const std::string& note) { return note.find(" min apart: scores") != std::string::npos; });
    CHECK(all_kept == (step != 20));
    for (std::int64_t lead = step; all_kept && lead <= 6 * step; lead += step)
      CHECK(std::ranges::find(leads.at, Value(lead)) != leads.at.end());
  }
}

TEST_CASE("the check tells where a search compares losses that are not one: of two networks, or weighted and not") {
  const NowcastWorld world;
  const auto told = [&](const std::string& parameters, const std::string& more = "") -> std::string {
    const auto notes = check_nowcast_data(space_of(world.data(), parameters, more)).notes;
    return notes.back().starts_with("the search is for the least") ? notes.back() : "";
  };
  const std::string two = R"({"network": ["samsi", "unet"], "loss": ["mse", "balanced"]})";
  CHECK(told(two) ==
        "the search is for the least validation_loss, which is another sum with each value of network, loss: give "
        "\"metric\": \"validation_mse\"");
  CHECK(told(two, R"(, "metric": "train_loss")").find("least train_loss") != std::string::npos);
  CHECK(told(two, R"(, "metric": "validation_mse")").empty());
  CHECK(told(R"({"network": "unet", "loss": ["balanced"], "base_filters": [4, 8]})").empty());
}

TEST_CASE("scores by lead time stand at that lead time, and nowhere where it is no whole number of minutes") {
  const TemporaryFolder folder;
  const auto data = write_even_rain(folder, {.step_minutes = 7.5, .statistics = {1, 2}});
  const Experiment& experiment = find_experiment("nowcast", "test");
  TaskContext context{.data = data, .fingerprint = "7.5", .seed = 17, .cache = {}, .gang = std::make_shared<Gang>()};
  const Metrics metrics =
      make_nowcast_task(experiment, configuration_of(experiment, {{"base_filters", std::int64_t{1}}}), context)
          ->evaluate(Split::test);
  std::set<std::string> leads;
  for (const auto& [name, value] : metrics)
    if (name.starts_with("test_mse[")) leads.insert(name);
  CHECK(leads == std::set<std::string>{"test_mse[15]", "test_mse[30]", "test_mse[45]"});
  CHECK(std::ranges::any_of(check_nowcast_data(space_of(data)).notes, [](const std::string& note) {
    return note.starts_with("images are 7.5 min apart: scores by lead time");
  }));
}

TEST_CASE("sizes that cannot be trained on are refused before anything is made") {
  CHECK(trainable_side(64) == 256);
  CHECK(trainable_side(270) == 272);
  CHECK(trainable_side(512) == 512);
  for (const char* const size : {"64", "264", "4112"}) {
    const std::string line =
        fmt::format(" nowcast: --size is {}; give a multiple of 16 from 256 to 4096, as the network needs it", size);
    CHECK_THROWS_WITH_AS(prepare_nowcast_command({"raw", "-o", "out", "--size", size}),
                         ("stormsweep prepare" + line).c_str(), InputError);
    CHECK_THROWS_WITH_AS(generate_nowcast_command({"--samples", "9", "-o", "out", "--size", size}),
                         ("stormsweep generate" + line).c_str(), InputError);
  }
}

TEST_CASE("the check refuses what does not go together: blending by the published network, weights of rain for VIL") {
  const NowcastWorld world;
  const auto refused = [&](const std::string& parameters, const std::string& more = "") -> std::string {
    try {
      check_nowcast_data(space_of(world.data(), parameters, more));
    } catch (const InputError& error) {
      return error.what();
    }
    return "";
  };
  const std::string remedy =
      "extrapolation is \"blend\", which takes the network \"unet\", not \"samsi\", the default; give "
      "\"network\": \"unet\", or exclude the two together";
  CHECK(refused(R"({"extrapolation": "blend"})") == remedy);
  CHECK(refused(R"({"extrapolation": ["none", "blend"], "network": ["unet", "samsi"]})") == remedy);
  CHECK(refused(R"({"extrapolation": ["none", "blend"], "network": ["unet", "samsi"]})",
                R"(, "exclude": [{"network": "samsi", "extrapolation": "blend"}])")
            .empty());
  CHECK(refused(R"({"extrapolation": {"values": ["input", "blend"], "when": {"network": "unet"}},
                    "network": ["unet", "samsi"]})")
            .empty());
  CHECK(refused(R"({"extrapolation": "blend", "network": "unet", "loss": "balanced"})").empty());

  const TemporaryFolder vil;
  const auto data = write_even_rain(vil, {.quantity = RadarQuantity::vil, .scale = 1, .statistics = {1, 2}});
  CHECK_THROWS_WITH_AS(check_nowcast_data(space_of(data, R"({"loss": "balanced"})")),
                       doctest::Contains("train.h5: holds VIL, and loss is \"balanced\""), InputError);
}
