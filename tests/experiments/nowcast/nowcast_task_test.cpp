#include "experiments/nowcast/nowcast_task.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "datasets/nowcast/nowcast_patches.hpp"
#include "experiments/nowcast/nowcast_notes.hpp"
#include "tests/experiments/metric.hpp"
#include "tests/experiments/nowcast/nowcast_world.hpp"
#include "tests/experiments/shard.hpp"

using namespace stormsweep;

namespace {

struct Epoch {
  std::vector<torch::Tensor> inputs;  ///< one per sample
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

/// Equal for a sample however turned, exactly: a sum of squares of its pixels' bits, modulo 2^64.
std::int64_t fingerprint(const torch::Tensor& input) {
  const torch::Tensor bits = input.contiguous().view(torch::kInt32).to(torch::kInt64);
  return bits.square().sum().item<std::int64_t>();
}

/// Equal for equal sets of samples, however shuffled or turned.
std::multiset<std::int64_t> prints(const std::vector<torch::Tensor>& inputs) {
  std::multiset<std::int64_t> result;
  for (const torch::Tensor& input : inputs) result.insert(fingerprint(input));
  return result;
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
    REQUIRE(prints(turned.inputs) == prints(as_it_is.inputs));
    for (const torch::Tensor& input : turned.inputs) {
      const auto same = [&](const torch::Tensor& original) { return fingerprint(original) == fingerprint(input); };
      const torch::Tensor& original = *std::ranges::find_if(as_it_is.inputs, same);
      for (int s = 0; s < 8; ++s)
        if (input.equal((s < 4 ? original : original.transpose(1, 2)).rot90(s % 4, {1, 2}))) symmetries.insert(s);
    }
  }
  CHECK(symmetries.size() == 8);
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

TEST_CASE("a model knows how the training data were made") {
  const NowcastWorld world;
  const NowcastMeta notes = parse_nowcast_notes(world.task()->model_notes(), "test");
  const NowcastMeta meta = NowcastPatches(world.folder() / "train.h5").meta();
  CHECK(notes.statistics.mean == meta.statistics.mean);
  CHECK(notes.statistics.deviation == meta.statistics.deviation);
  CHECK(notes.step_minutes == 10);
  CHECK(notes.quantity == RadarQuantity::rain_rate);
}

TEST_CASE("each rank validates on a draw of its own, of the test patches where there is no validation file") {
  const NowcastWorld world(20);  // 4 of them for test
  const std::map<std::string, Value> all{{"validation_share", 1.0}}, half{{"validation_share", 0.5}};
  const auto loss = [](Task& task, Split split) { return task.evaluate(split)[0].second; };
  const auto from_test = world.task(all, std::make_shared<Gang>(), false);
  CHECK(loss(*from_test, Split::validation) == doctest::Approx(loss(*from_test, Split::test)).epsilon(1e-6));
  CHECK(loss(*world.task(all), Split::validation) != doctest::Approx(loss(*world.task(all), Split::test)));
  const double first = loss(*world.task(half), Split::validation);
  CHECK(loss(*world.task(half), Split::validation) == first);
  CHECK(loss(*world.task(half, std::make_shared<Shard>(1, 2)), Split::validation) != first);
}
