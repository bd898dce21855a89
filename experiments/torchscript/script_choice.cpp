#include "experiments/torchscript/script_choice.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <map>

#include "experiments/task/out_of_memory.hpp"
#include "experiments/torchscript/script_error.hpp"
#include "experiments/torchscript/script_loss.hpp"
#include "models/counted_flops.hpp"
#include "models/sample_scores.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

std::vector<std::int64_t> of_one(const torch::Tensor& batch) {
  return batch.sizes().slice(1).vec();
}

/// Throws InputError where a label is not below `classes`.
void check_labels(std::span<const SplitLabels> labels, std::int64_t classes, const std::string& file) {
  for (const SplitLabels& split : labels)
    for (const ClassLabel& label : {split.range.least, split.range.greatest})
      if (label.value < 0 || label.value >= classes)
        throw InputError(
            fmt::format("{}: target[{}] has the label {}, and {} has classes 0 to {}; number labels "
                        "from 0 on, or give the network an output for each",
                        split.path.string(), label.sample, label.value, file, classes - 1));
}

/// Does `work`, which LibTorch may refuse: then calls `refuse` with the reason, in one line.
template <class Work, class Refuse>
void attempt(const Work& work, const Refuse& refuse) {
  try {
    work();
  } catch (const InputError&) {
    throw;
  } catch (const std::exception& error) {
    if (is_out_of_memory(error)) throw;
    refuse(script_error(error.what()));
  }
}

}  // namespace

std::unique_ptr<ScriptNetwork> choose_network(const Experiment& experiment, const Configuration& configuration,
                                              std::uint64_t seed, const TensorStatistics& statistics,
                                              const torch::Device& device) {
  const Reader read(configuration, experiment);
  std::map<std::string, Value> attributes;
  for (const std::string& name : experiment.network->attributes)
    attributes[name] = configuration.values[experiment.find(name).value()];
  auto network =
      std::make_unique<ScriptNetwork>(experiment.network->directory / read.choice("network"), attributes, seed,
                                      read.flag("standardise") ? statistics : TensorStatistics(), device);
  network->eval();
  return network;
}

ScriptTrial try_network(ScriptNetwork& network, const Experiment& experiment, const Configuration& configuration,
                        const TensorSet& set, const torch::Device& device, std::span<const SplitLabels> labels) {
  const torch::NoGradGuard no_gradient;
  Batch batch = set.gather({0, set.size() - 1});
  batch.input = batch.input.to(device), batch.target = batch.target.to(device);
  const auto refuse = [&](const std::string& problem) {
    throw InputError(fmt::format("{}: {}; target is {} of input {}: change the network, the data or the loss",
                                 set.path().string(), problem, c10::str(batch.target.sizes()),
                                 c10::str(batch.input.sizes())));
  };
  torch::Tensor output;
  ScriptTrial trial;
  attempt([&] { trial.flops = count_flops([&] { output = network.forward(batch.input); }) / 2; }, refuse);
  const std::string file = Reader(configuration, experiment).choice("network");
  const auto check = [&](const std::string& score) {
    if (const std::string problem = misfit(score, output, batch.target); !problem.empty())
      refuse(file + "'s " + problem);
    if (score == "cross_entropy" || (score == "accuracy" && output.dim() > batch.target.dim()))
      check_labels(labels, output.size(1), file);
  };
  if (output.dim() == 0 || output.size(0) != 2)
    refuse(file + "'s output has no axis of samples: " + c10::str(output.sizes()));
  if (!is_scripted(*experiment.network)) check(experiment.network->loss);
  for (const char* split : {"validation", "test"})
    for (const std::string& score : scores_of(experiment, split))
      if (score == "accuracy" && output.sizes() == batch.target.sizes() && !output_scale(*experiment.network))
        refuse(experiment.network->loss +
               " does not say whether outputs are logits, which accuracy needs (an attribute logits, True or False)");
      else if (score != "loss")
        check(score);
  attempt([&] { make_script_loss(*experiment.network, device)(output, batch.target); }, refuse);
  trial.input = of_one(batch.input), trial.output = of_one(output), trial.target = of_one(batch.target);
  return trial;
}

std::vector<std::string> scores_of(const Experiment& experiment, const std::string& split) {
  std::vector<std::string> scores;
  for (const Metric& metric : experiment.metrics)
    if (metric.name.starts_with(split + '_')) scores.push_back(metric.name.substr(split.size() + 1));
  return scores;
}

}  // namespace stormsweep
