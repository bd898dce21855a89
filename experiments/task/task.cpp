#include "experiments/task/task.hpp"

#include <algorithm>

#include "experiments/task/model_file.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

void Task::keep(const std::filesystem::path& file, const Experiment& experiment, const Configuration& configuration) {
  save_model(file, experiment, configuration, model_notes(), network());
}

std::uint64_t replicate_seed(const TaskContext& context, const Reader& read) {
  return derive_seed(context.seed, "replicate", {static_cast<std::uint64_t>(read.integer("replicate"))});
}

Loss loss_of(const torch::Tensor& mean, std::int64_t samples) {
  return {mean, (mean.detach() * samples).reshape({1})};
}

int batches_ahead(std::int64_t bytes) {
  constexpr std::int64_t all = 256 << 20;
  return static_cast<int>(std::clamp<std::int64_t>(all / bytes, 1, 4));
}

}  // namespace stormsweep
