// Real trainings on a GPU, of the tornado network on generated storms and, where memory runs out, of a nowcasting one.
#include <torch/utils.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/experiments/metric.hpp"
#include "tests/experiments/nowcast/nowcast_world.hpp"
#include "tests/experiments/tornado/tornado_world.hpp"
#include "tests/gpu/gpu.hpp"
#include "tests/gpu/two_epochs.hpp"
#include "worker/training/device_memory.hpp"
#include "worker/training/optimizer.hpp"
#include "worker/training/trainer.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

using Settings = std::map<std::string, Value>;

struct Run {
  const TornadoWorld& world;
  torch::Device device;
  Settings settings;
  std::vector<std::int64_t> milestones{2};
  int stop_at = 0;  ///< before this step, counted from 1
  CheckpointPlan checkpoints = {};
};

std::vector<Outcome> run(const Run& how) {
  const Configuration configuration = TornadoWorld::configuration(how.settings);
  std::vector<Outcome> outcomes;
  TrainingEvents events;
  events.finished = [&](std::size_t, const Outcome& outcome, const std::vector<EpochRecord>&) {
    outcomes.push_back(outcome);
  };
  int steps = 0;
  events.stop = [&] { return ++steps == how.stop_at; };
  TaskContext context = how.world.context(3);
  context.device = how.device;
  const TrainingPlan plan = make_plan({TrainingId{0}, configuration, how.milestones, 1}, TornadoWorld::experiment());
  train([&] { return make_task(TornadoWorld::experiment(), configuration, context); }, plan, events, nullptr,
        how.checkpoints);
  return outcomes;
}

const std::vector<Settings> modes{
    {},
    {{"augmentation", std::string("live")}, {"batch_size", std::int64_t{32}}},
    {{"augmentation", std::string("preaugmented")}, {"optimizer", std::string("adamw")}},
};

/// Takes all memory of the GPU except `bytes`; LibTorch says how much there is only through CUDA's own headers.
torch::Tensor all_but(std::size_t bytes, const torch::Device& gpu) {
  const auto take = [&](std::size_t size) {
    release_device_memory();
    return torch::empty({static_cast<std::int64_t>(size)}, torch::TensorOptions(gpu).dtype(torch::kUInt8));
  };
  std::size_t fits = 0, too_many = std::size_t{1} << 40;
  while (too_many - fits > (std::size_t{1} << 20)) {
    const std::size_t middle = fits + (too_many - fits) / 2;
    try {
      take(middle);
      fits = middle;
    } catch (const c10::Error&) {
      too_many = middle;
    }
  }
  return take(fits - bytes);
}

}  // namespace

TEST_CASE("a training on a GPU ends where one on a processor does, and the same one to the last bit") {
  REQUIRE_GPU(gpu);
  const TornadoWorld world(1500);
  for (Settings settings : modes) {
    settings["learning_rate"] = 1e-4;  // with a large one, differences of rounding grow step by step
    const auto here = run({world, torch::kCPU, settings}), there = run({world, gpu, settings});
    REQUIRE(there.size() == 1);
    CHECK(there[0].status == Status::complete);
    CHECK(there[0].timings.flops > 0);
    for (const char* name : {"train_loss", "validation_loss", "test_loss"})
      CHECK(metric(there[0], name) == Approx(metric(here[0], name)).epsilon(1e-4).scale(0));
    CHECK(same(there[0].metrics, run({world, gpu, settings})[0].metrics));
  }
}

TEST_CASE("on a GPU too, milestones equal separate trainings, and a training that is stopped goes on, bit by bit") {
  REQUIRE_GPU(gpu);
  const TornadoWorld world;
  for (const Settings& settings : modes) {
    const auto together = run({world, gpu, settings, {1, 3}});
    REQUIRE(together.size() == 2);
    CHECK(same(together[0].metrics, run({world, gpu, settings, {1}})[0].metrics));
    for (const int stop_at : {1, 2, 5}) {
      const TemporaryFolder folder;
      const CheckpointPlan checkpoints{folder / "c.pt", std::chrono::seconds(0)};
      CHECK(run({world, gpu, settings, {3}, stop_at, checkpoints}).empty());
      const auto rest = run({world, gpu, settings, {3}, 0, checkpoints});
      REQUIRE(rest.size() == 1);
      CHECK(same(rest[0].metrics, together[1].metrics));
    }
  }
}

TEST_CASE("one kernel for all parameters takes the steps of LibTorch's optimizer, through a checkpoint too") {
  REQUIRE_GPU(gpu);
  for (const char* name : {"adam", "adamw"}) {
    const auto start = torch::linspace(-1, 1, 35);
    std::vector<torch::Tensor> here{start.slice(0, 0, 30).clone(), start.slice(0, 30).clone()}, there;
    for (auto& parameter : here) {
      parameter.requires_grad_();
      there.push_back(parameter.detach().clone().to(gpu).requires_grad_());
    }
    const auto on_processor = make_optimizer(name, 0.01, here);
    auto on_gpu = make_optimizer(name, 0.01, there);
    for (int step = 1; step <= 20; ++step) {
      for (std::size_t i = 0; i < here.size(); ++i) {
        here[i].mutable_grad() = (here[i].detach() * step).sin();
        there[i].mutable_grad() = here[i].grad().to(gpu);
      }
      on_processor->step();
      on_gpu->step();
      if (step == 10) {
        torch::serialize::OutputArchive archive;
        on_gpu->save(archive);
        std::stringstream stream;
        archive.save_to(stream);
        on_gpu = make_optimizer(name, 0.01, there);
        torch::serialize::InputArchive saved;
        saved.load_from(stream, gpu);
        on_gpu->load(saved);
      }
    }
    for (std::size_t i = 0; i < here.size(); ++i) CHECK(relative_difference(there[i], here[i].detach()) < 1e-6);
  }
}

TEST_CASE("a batch that does not fit: smaller micro-batches, the same training, and the memory is given back") {
  REQUIRE_GPU(gpu);
  const NowcastWorld world(120);  // 72 of them to train on
  // Layers keep their maps for the backward pass, about 10 MB a sample at this width; the tornado network's kernels do
  // not.
  const Settings settings{{"base_filters", std::int64_t{8}}, {"batch_size", std::int64_t{64}}};
  const auto epochs = [&](bool retry) { return two_epochs("nowcast", world.data(), settings, gpu, retry); };
  const Outcome roomy = epochs(false);
  torch::Tensor filler = all_but(std::size_t{300} << 20, gpu);
  CHECK(epochs(false).status == Status::out_of_memory);
  const Outcome tight = epochs(true);
  CHECK(tight.status == Status::complete);
  CHECK(metric(tight, "test_loss") == Approx(metric(roomy, "test_loss")).epsilon(1e-3));
  filler = torch::Tensor();
  release_device_memory();
  CHECK(epochs(false).status == Status::complete);
}
