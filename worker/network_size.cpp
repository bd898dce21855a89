#include "worker/network_size.hpp"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "experiments/registry.hpp"
#include "experiments/run.hpp"
#include "search/base/error.hpp"
#include "search/base/private_folder.hpp"
#include "worker/training/gradients.hpp"

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;

/// Some precisions need a GPU, which this machine may lack; sizes do not depend on the precision.
Configuration in_fp32(Configuration configuration, const Experiment& experiment) {
  if (const auto precision = experiment.find("precision")) configuration.values[*precision] = std::string("fp32");
  return configuration;
}

Json size_of(Task& task) {
  const std::vector<torch::Tensor> parameters = task.network().parameters();
  Json json{{"forward_flops", task.forward_flops()}, {"buckets", Json::array()}};
  for (const auto& bucket : Gradients::buckets_of(parameters)) {
    std::int64_t numbers = 0;
    for (const std::size_t p : bucket) numbers += parameters[p].numel();
    json["buckets"].push_back(numbers);
  }
  return json;
}

}  // namespace

int size_command(const std::vector<std::string>& arguments) {
  if (arguments.size() < 2) throw InputError("stormsweep-worker size: give a search space and its configurations");
  const Space space = read_space(arguments[0]);
  if (run_of(*space.experiment))
    throw InputError(
        fmt::format("{}: experiment {} has no network here whose gradients are summed; give a space of one that has",
                    arguments[0], space.experiment->name));
  const PrivateFolder folder;
  const TaskContext context{.data = space.data, .fingerprint = {}, .seed = space.seed, .cache = folder.path()};
  Json sizes = Json::array();
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const auto configuration = parse_configuration(arguments[i], *space.experiment);
    if (!configuration)
      throw InputError(fmt::format("stormsweep-worker size: {} is no configuration of {}; give all hyperparameters",
                                   arguments[i], space.experiment->name));
    sizes.push_back(size_of(*make_task(*space.experiment, in_fp32(*configuration, *space.experiment), context)));
  }
  std::cout << sizes << '\n' << std::flush;
  return exit_done;
}

}  // namespace stormsweep
