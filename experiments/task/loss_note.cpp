#include "experiments/task/loss_note.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace stormsweep {

std::optional<std::string> loss_note(const Space& space, std::initializer_list<const char*> hyperparameters,
                                     const std::string& remedy) {
  if (!space.metric.ends_with("_loss")) return std::nullopt;
  std::vector<const char*> varied;
  for (const char* hyperparameter : hyperparameters)
    if (values(space, hyperparameter).size() > 1) varied.push_back(hyperparameter);
  if (varied.empty()) return std::nullopt;
  return fmt::format("the search minimizes {}, which is defined differently for each value of {}: give \"metric\": {}",
                     space.metric, fmt::join(varied, ", "), remedy);
}

}  // namespace stormsweep
