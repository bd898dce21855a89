#include "experiments/torchscript/script_task.hpp"

#include <doctest/doctest.h>
#include <torch/optim/adam.h>

#include <cmath>
#include <new>

#include "datasets/storms/storms.hpp"
#include "datasets/tensors/tensor_set.hpp"
#include "search/base/seed.hpp"
#include "tests/experiments/configuration_of.hpp"
#include "tests/experiments/metric.hpp"
#include "tests/experiments/shard.hpp"
#include "tests/experiments/torchscript/script_world.hpp"
#include "tests/experiments/tornado/tornado_world.hpp"

using namespace stormsweep;

namespace {

/// The losses of each batch of an epoch, trained by Adam.
std::vector<double> losses_of_epoch(Task& task) {
  torch::optim::Adam optimizer(task.network().parameters(), 1e-3);
  std::vector<double> losses;
  auto batches = task.training_batches(1, 0);
  task.network().train();
  while (const auto batch = batches.next()) {
    optimizer.zero_grad();
    const Loss loss = task.loss(*batch);
    loss.mean.backward();
    optimizer.step();
    losses.push_back(loss.mean.item<double>());
  }
  return losses;
}

}  // namespace

TEST_CASE("a script's loss is that of its formula, on standardised inputs, and falls") {
  const ScriptWorld world;
  const Experiment experiment = world.experiment();
  const auto task = make_script_task(
      experiment, configuration_of(experiment, {{"network", "normed.pt"}, {"batch_size", std::int64_t{50}}}),
      world.context());
  const TensorSet test(world.folder() / "test.h5"), train(world.folder() / "train.h5");
  const TensorStatistics of_train = scan(train).statistics;
  CHECK(task->forward_flops() == 4);
  task->network().eval();
  // Weights 1, 1 and running statistics 0, 1: the sum of the standardised numbers
  torch::Tensor sum = torch::zeros({test.size()});
  for (int c = 0; c < 2; ++c)
    sum += (test.input().select(1, c) - of_train.mean[c]) / of_train.deviation[c] / std::sqrt(1 + 1e-5);
  const double expected = (sum - test.target()).square().mean().item<double>();
  CHECK(metric(task->evaluate(Split::test), "test_loss") == doctest::Approx(expected).epsilon(1e-5));

  double before = 0;
  for (int epoch = 0; epoch < 3; ++epoch) {
    const double now = losses_of_epoch(*task)[0];
    if (epoch > 0) CHECK(now < before);
    before = now;
  }
}

TEST_CASE("two shards of a batch are one rank's batch") {
  const ScriptWorld world;
  const Experiment experiment = world.experiment();
  const auto configuration = [&](std::int64_t batch) { return configuration_of(experiment, {{"batch_size", batch}}); };
  const auto whole = make_script_task(experiment, configuration(16), world.context());
  std::vector<std::unique_ptr<Task>> parts;
  for (int shard = 0; shard < 2; ++shard)
    parts.push_back(make_script_task(experiment, configuration(8), world.context(std::make_shared<Shard>(shard, 2))));
  CHECK(parts[0]->batches_per_epoch() == whole->batches_per_epoch());
  auto all = whole->training_batches(3, 1), first = parts[0]->training_batches(3, 1),
       second = parts[1]->training_batches(3, 1);
  while (const auto batch = all.next()) {
    const auto a = first.next(), b = second.next();
    REQUIRE(a);
    REQUIRE(b);
    CHECK(batch->input.equal(torch::cat({a->input, b->input})));
    CHECK(batch->target.equal(torch::cat({a->target, b->target})));
    CHECK(a->total == batch->input.size(0));
  }
  CHECK(!first.next());
}

TEST_CASE("a loss of the user's own trains, and all the metrics that the user names are reported") {
  const ScriptWorld world(R"("own.pt", "thresholds": [9, 11],
      "metrics": ["validation_csi", "validation_loss", "train_loss", "test_csi", "test_huber"])");
  torch::jit::Module loss("Loss");
  loss.define(
      "def forward(self, output: Tensor, target: Tensor) -> Tensor:\n    return (output - target).abs().mean() * 2\n");
  loss.save(world.folder() / "own.pt");
  const Experiment experiment = world.experiment();
  const auto task = make_script_task(experiment, configuration_of(experiment), world.context());
  losses_of_epoch(*task);
  task->network().eval();
  const Metrics validation = task->evaluate(Split::validation), test = task->evaluate(Split::test);
  REQUIRE(validation.size() == 4);
  CHECK((metric(validation, "validation_csi[9]") + metric(validation, "validation_csi[11]")) / 2 ==
        doctest::Approx(metric(validation, "validation_csi")));
  CHECK(test.size() == 4);
  CHECK(metric(test, "test_huber") > 0);
}

TEST_CASE("accuracy is at probability 0.5, whether outputs are probabilities or logits") {
  const auto accuracy = [](const std::string& loss, bool logits) {
    const ScriptWorld world(loss + R"(, "metrics": ["validation_loss", "test_accuracy"])");
    // dense.pt gives the mean of two numbers: 0.4, 0.6 and 0.9, of which 0.4 is on the wrong side.
    const auto input = torch::tensor({0.4F, 0.4F, 0.6F, 0.6F, 0.9F, 0.9F}).reshape({3, 2});
    write_tensors(world.folder() / "test.h5",
                  {{"input", logits ? torch::logit(input) : input}, {"target", torch::ones({3})}});
    torch::jit::Module own("Loss");
    own.define("def forward(self, output: Tensor, target: Tensor) -> Tensor:\n    return (output - target).sum()\n");
    own.register_attribute("logits", c10::BoolType::get(), logits);
    own.save(world.folder() / "own.pt");
    const Experiment experiment = world.experiment();
    const auto task =
        make_script_task(experiment, configuration_of(experiment, {{"standardise", false}}), world.context());
    const torch::NoGradGuard no_gradient;
    task->network().parameters()[0].fill_(0.5), task->network().parameters()[1].zero_();
    task->network().eval();
    return metric(task->evaluate(Split::test), "test_accuracy");
  };
  CHECK(accuracy(R"("mse")", false) == doctest::Approx(2.0 / 3));
  CHECK(accuracy(R"("bce_with_logits")", true) == doctest::Approx(2.0 / 3));
  for (const bool logits : {false, true}) CHECK(accuracy(R"("own.pt")", logits) == doctest::Approx(2.0 / 3));
}

TEST_CASE("a loss that needs more memory than there is throws std::bad_alloc") {
  const ScriptWorld world(R"("own.pt")");
  torch::jit::Module loss("Loss");
  loss.define(R"(
def forward(self, output: Tensor, target: Tensor) -> Tensor:
    times = 1
    if output.size(0) > 2:
        times = 36028797018963968
    return torch.zeros([times]).sum() + (output - target).sum()
)");
  loss.save(world.folder() / "own.pt");
  const Experiment experiment = world.experiment();
  const auto task = make_script_task(experiment, configuration_of(experiment), world.context());
  const auto batch = task->training_batches(1, 0).next();
  REQUIRE(batch);
  CHECK_THROWS_AS(task->loss(*batch), std::bad_alloc);
}

TEST_CASE("the tornado network, exported, learns as the one that ships") {
  const TornadoWorld storms;
  const auto ours = storms.task({{"batch_size", std::int64_t{64}}});
  const ScriptWorld world(R"("bce_with_logits", "thresholds": [0.5],
      "metrics": ["validation_loss", "validation_accuracy", "validation_auc", "validation_csi"])",
                          R"("tornado.pt")");
  tornado_script(dynamic_cast<TornadoCnn&>(ours->network())).save(world.folder() / "tornado.pt");
  for (const char* split : {"train", "validation", "test"}) {
    const Storms set((storms.folder() / (std::string(split) + ".h5")));
    torch::Tensor input = torch::empty({set.size(), 3, 32, 32}), target = torch::empty({set.size()});
    for (std::int64_t i = 0; i < set.size(); ++i) {
      input[i] = torch::tensor(std::vector<float>(set.patch(i).begin(), set.patch(i).end()))
                     .reshape({32, 32, 3})
                     .permute({2, 0, 1});
      target[i] = set.vorticity_max()[static_cast<std::size_t>(i)] > 0.005F ? 1 : 0;
    }
    write_tensors(world.folder() / (std::string(split) + ".h5"), {{"input", input}, {"target", target}});
  }
  const Experiment experiment = world.experiment();
  const auto script =
      make_script_task(experiment, configuration_of(experiment, {{"batch_size", std::int64_t{64}}}), world.context());
  CHECK(script->forward_flops() == ours->forward_flops());

  // The same storms in the same order.
  std::vector<double> own, scripted;
  torch::optim::Adam one(ours->network().parameters(), 1e-3), other(script->network().parameters(), 1e-3);
  ours->network().train(), script->network().train();
  auto batches = ours->training_batches(1, 0);
  while (const auto batch = batches.next()) {
    for (auto* side : {&own, &scripted}) {
      Task& task = side == &own ? *ours : *script;
      auto& optimizer = side == &own ? one : other;
      optimizer.zero_grad();
      Batch shown = *batch;
      if (side == &scripted) {  // it standardises by itself
        const TensorStatistics of_train = scan(TensorSet(world.folder() / "train.h5")).statistics;
        for (int c = 0; c < 3; ++c)
          shown.input = shown.input.clone(),
          shown.input.select(1, c).mul_(of_train.deviation[c]).add_(of_train.mean[c]);
        shown.target = shown.target.flatten();
      }
      const Loss loss = task.loss(shown);
      loss.mean.backward();
      optimizer.step();
      side->push_back(loss.mean.item<double>());
    }
  }
  for (std::size_t step = 0; step < own.size(); ++step)
    CHECK(scripted[step] == doctest::Approx(own[step]).epsilon(1e-5).scale(0));
  ours->network().eval(), script->network().eval();
  const Metrics a = ours->evaluate(Split::validation), b = script->evaluate(Split::validation);
  CHECK(metric(b, "validation_loss") == doctest::Approx(metric(a, "validation_loss")).epsilon(1e-5).scale(0));
  for (const char* name : {"validation_accuracy", "validation_auc", "validation_csi"})
    CHECK(metric(b, name) == doctest::Approx(metric(a, name)).epsilon(1e-3));
}
