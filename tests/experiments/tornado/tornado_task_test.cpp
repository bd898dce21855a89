#include "experiments/tornado/tornado_task.hpp"

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <torch/cuda.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "datasets/storms/storm_augmentation.hpp"
#include "datasets/storms/storm_writer.hpp"
#include "datasets/storms/storms.hpp"
#include "experiments/tornado/preaugmented.hpp"
#include "experiments/tornado/tornado_check.hpp"
#include "models/kernels/tornado_kernels.hpp"
#include "search/base/error.hpp"
#include "search/base/processor.hpp"
#include "search/base/seed.hpp"
#include "tests/experiments/shard.hpp"
#include "tests/experiments/space_of.hpp"
#include "tests/experiments/tornado/tornado_world.hpp"

using namespace stormsweep;

namespace {

using Settings = std::map<std::string, Value>;

/// All inputs of one epoch, in order, and the sizes of its batches.
struct Epoch {
  torch::Tensor inputs;
  std::vector<std::int64_t> sizes;
};

Epoch epoch(Task& task, std::int64_t number) {
  std::vector<torch::Tensor> inputs;
  Epoch result;
  Prefetch batches = task.training_batches(number, 0);
  while (const auto batch = batches.next()) {
    inputs.push_back(batch->input);
    result.sizes.push_back(batch->input.size(0));
  }
  result.inputs = torch::cat(inputs);
  return result;
}

/// A number a sample, in ascending order: equal for equal sets of samples, however shuffled.
torch::Tensor fingerprints(const torch::Tensor& inputs) {
  return std::get<0>(inputs.flatten(1).to(torch::kFloat64).square().sum(1).sort());
}

}  // namespace

TEST_CASE("an epoch shows every storm once for each copy, in batches of the asked size, in another order each epoch") {
  const TornadoWorld world;
  const auto task = world.task({{"batch_size", std::int64_t{100}}, {"data_multiplier", std::int64_t{2}}});
  CHECK(task->batches_per_epoch() == 9);
  const Epoch first = epoch(*task, 1), second = epoch(*task, 2), again = epoch(*task, 1);
  CHECK(first.sizes == std::vector<std::int64_t>{100, 100, 100, 100, 100, 100, 100, 100, 40});
  CHECK(again.inputs.equal(first.inputs));
  CHECK(!second.inputs.equal(first.inputs));
  CHECK(fingerprints(second.inputs).equal(fingerprints(first.inputs)));
  const auto twice = fingerprints(first.inputs).view({-1, 2});
  CHECK(twice.select(1, 0).equal(twice.select(1, 1)));
}

TEST_CASE("a batch larger than the epoch is one step") {
  const TornadoWorld world;
  CHECK(epoch(*world.task({{"batch_size", std::int64_t{1000000}}}), 1).sizes == std::vector<std::int64_t>{420});
}

TEST_CASE("training inputs are standardised: mean 0 and deviation 1 a channel over the training split") {
  const TornadoWorld world;
  const auto inputs = epoch(*world.task(), 1).inputs.to(torch::kFloat64);
  CHECK(inputs.mean({0, 2, 3}).abs().max().item<double>() < 1e-4);
  CHECK((inputs.std({0, 2, 3}, false) - 1).abs().max().item<double>() < 1e-4);
}

TEST_CASE("live: transformed anew each epoch, the same whatever the number of background threads") {
  const TornadoWorld world;
  const Settings live{{"augmentation", std::string("live")}, {"batch_size", std::int64_t{64}}};
  const Epoch none = epoch(*world.task(live, 0), 1);
  CHECK(epoch(*world.task(live, 1), 1).inputs.equal(none.inputs));
  CHECK(epoch(*world.task(live, 3), 1).inputs.equal(none.inputs));
  CHECK(!fingerprints(epoch(*world.task(live), 2).inputs).equal(fingerprints(none.inputs)));
}

TEST_CASE("preaugmented: made once, the same samples every epoch, each the transformation of its own stream") {
  const TornadoWorld world;
  const Settings settings{{"augmentation", std::string("preaugmented")}, {"data_multiplier", std::int64_t{2}}};
  const auto task = world.task(settings);
  const auto first = fingerprints(epoch(*task, 1).inputs);
  CHECK(fingerprints(epoch(*task, 2).inputs).equal(first));
  CHECK(first.size(0) == 840);
  CHECK(!first.view({-1, 2}).select(1, 0).equal(first.view({-1, 2}).select(1, 1)));  // copies differ

  const Storms natural(world.folder() / "train.h5");
  const Storms copies = preaugmented(natural, {2, WindRotation::vectors, task->seed()}, world.context());
  std::vector<float> expected(storm_floats);
  apply(StormTransform::draw(derive_seed(task->seed(), "augmentation", {5, 1})), WindRotation::vectors,
        natural.patch(5), natural.statistics().mean, expected);
  CHECK(std::ranges::equal(copies.patch(420 + 5), expected));
  CHECK(copies.vorticity_max()[425] == natural.vorticity_max()[5]);
}

TEST_CASE("preaugmented: two processes that want the same file at once get one, made once") {
  const TornadoWorld world;
  const auto ask = [&] {
    const Storms natural(world.folder() / "train.h5");
    return preaugmented(natural, {3, WindRotation::vectors, 1}, world.context()).size();
  };
  std::vector<pid_t> children;
  for (int i = 0; i < 3; ++i) {
    children.push_back(fork());
    if (children.back() == 0) _exit(ask() == std::int64_t{3} * 420 ? 0 : 1);
  }
  for (const pid_t child : children) {
    int status = -1;
    waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(world.folder() / "cache")) {
    if (entry.path().extension() != ".lock") files.push_back(entry.path().filename());
  }
  CHECK(files.size() == 1);
}

TEST_CASE("replicate shifts every stream, and nothing else does") {
  const TornadoWorld world;
  const auto weights = [&](const Settings& settings) {
    return world.task(settings)->network().parameters()[0].clone();
  };
  const auto first = weights({});
  CHECK(weights({{"learning_rate", 0.1}, {"batch_size", std::int64_t{7}}, {"dropout", 0.5}}).equal(first));
  CHECK(!weights({{"replicate", std::int64_t{1}}}).equal(first));
  CHECK(!epoch(*world.task({{"replicate", std::int64_t{1}}}), 1).inputs.equal(epoch(*world.task(), 1).inputs));
}

TEST_CASE("evaluation draws nothing, changes nothing, and reports the declared metrics") {
  const TornadoWorld world;
  const auto task = world.task({{"dropout", 0.5}});
  task->network().eval();
  const Metrics first = task->evaluate(Split::test), again = task->evaluate(Split::test);
  CHECK(first == again);
  for (const Split split : {Split::validation, Split::test}) {
    for (const auto& [name, value] : task->evaluate(split)) CHECK(TornadoWorld::experiment().find_metric(name));
  }
}

TEST_CASE("an epoch can begin at any batch: what follows is the same") {
  const TornadoWorld world;
  const auto task = world.task({{"batch_size", std::int64_t{100}}, {"augmentation", std::string("live")}});
  Prefetch all = task->training_batches(2, 0), late = task->training_batches(2, 3);
  for (int k = 0; k < 3; ++k) all.next();
  for (auto batch = all.next(); batch; batch = all.next()) CHECK(late.next()->input.equal(batch->input));
  CHECK(!late.next());
}

TEST_CASE("the shards of a gang make up every batch of one rank, in order; batch sizes are of the gang or of each") {
  const TornadoWorld world;
  const auto batch = [&](const std::string& mode, std::int64_t size, int shard, int shards) {
    TaskContext context = world.context();
    context.gang = std::make_shared<Shard>(shard, shards);
    const auto configuration = TornadoWorld::configuration({{"batch_size", size}, {"batch", mode}});
    return make_task(TornadoWorld::experiment(), configuration, context)->training_batches(1, 0).next().value();
  };
  const torch::Tensor whole = batch("global", 100, 0, 1).input;
  std::vector<torch::Tensor> shards;
  for (int s = 0; s < 3; ++s) {
    const Batch global = batch("global", 100, s, 3), per_device = batch("per_device", 40, s, 3);
    CHECK(global.total == 100);
    CHECK(per_device.total == 120);
    CHECK(per_device.input.size(0) == 40);
    shards.push_back(global.input);
  }
  CHECK(torch::cat(shards).equal(whole));
}

TEST_CASE("check: bf16 where this network's kernels gain nothing from it, though other networks do, is told") {
  const TornadoWorld world;
  const auto notes = [&](const std::string& precision) {
    return check_tornado_data(space_of("tornado", world.context().data, R"({"precision": )" + precision + "}")).notes;
  };
  CHECK(notes(R"("fp32")").size() == 3);
  const auto told = notes(R"(["fp32", "bf16"])");
  const bool expected = gains_from_bfloat16() && !tornado_amx_kernels() && !torch::cuda::is_available();
  REQUIRE(told.size() == (expected ? 4 : 3));
  if (expected) CHECK(told.back().starts_with("precision bf16 gains nothing for this network"));
}

TEST_CASE("check: counts and a fingerprint that follows the data; storms that are not finite are refused") {
  const TornadoWorld world;
  const auto data = world.context().data;
  const DataCheck report = check_tornado_data(space_of("tornado", data));
  CHECK(report.fingerprint == check_tornado_data(space_of("tornado", data)).fingerprint);
  REQUIRE(report.notes.size() == 3);
  CHECK(report.notes[0].starts_with("train: 420 storms, "));

  StormWriter writer(world.folder() / "bad.h5", 2);
  std::vector<float> patch(storm_floats, 1);
  writer.append(patch, 0, 0);
  patch[7] = NAN;
  writer.append(patch, 0, 0);
  writer.finish(Storms(data.at("train")).statistics(), "test");
  auto bad = data;
  bad["test"] = world.folder() / "bad.h5";
  CHECK_THROWS_WITH_AS(check_tornado_data(space_of("tornado", bad)),
                       doctest::Contains("1 of 2 storms hold NaN or infinity; make it again"), InputError);
}
