#include "experiments/task/task.hpp"

#include <iterator>
#include <numeric>
#include <stdexcept>

#include "experiments/nowcast/nowcast_task.hpp"
#include "experiments/segmentation/segmentation_task.hpp"
#include "experiments/tornado/tornado_task.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

/// Every machine wants every file.
StageRequest stage_whole_files(const std::map<std::string, std::filesystem::path>& data) {
  StageRequest request;
  for (const auto& [split, path] : data) {
    request.whole[split] = split + path.extension().string();
    request.files.push_back({path, request.whole[split], {}});
  }
  request.wanted = [count = std::ssize(request.files)](int, const std::set<std::int64_t>& unusable) {
    if (!unusable.empty()) throw InputError("--stage: a file that training needs cannot be copied");
    std::vector<std::int64_t> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    return all;
  };
  return request;
}

}  // namespace

std::unique_ptr<Task> make_task(const Experiment& experiment, const Configuration& configuration,
                                const TaskContext& context) {
  if (experiment.name == "nowcast") return make_nowcast_task(experiment, configuration, context);
  if (experiment.name == "segmentation") return make_segmentation_task(experiment, configuration, context);
  if (experiment.name == "tornado") return make_tornado_task(experiment, configuration, context);
  throw std::logic_error(experiment.name + " has no task");
}

DataReport check_data(const Space& space) {
  const std::string& name = space.experiment->name;
  if (space.experiment->data.empty()) return {};
  if (name == "nowcast") return check_nowcast_data(space.data);
  if (name == "segmentation") return check_segmentation_data(space);
  if (name == "tornado") return check_tornado_data(space.data);
  throw std::logic_error(name + " has no check of its data");
}

StageRequest stage_request(const Space& space, int places) {
  const std::string& name = space.experiment->name;
  if (name == "segmentation") return stage_segmentation(space, places);
  if (name == "nowcast" || name == "tornado") return stage_whole_files(space.data);
  throw std::logic_error(name + " has no plan for staging its files");
}

}  // namespace stormsweep
