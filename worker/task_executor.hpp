#pragma once

#include <optional>

#include "experiments/task/task.hpp"
#include "worker/executor.hpp"
#include "worker/run_executor.hpp"

namespace stormsweep {

/// For all experiments: trains networks by the loop of worker/training, and leaves experiments that run by themselves
/// to RunExecutor. An exception makes trials `failed`, exhausted memory `out_of_memory`, a loss that is not finite
/// `diverged`. A network that cannot be saved is reported on standard error; its trial counts all the same.
class TaskExecutor : public Executor {
 public:
  std::string versions() const override;
  int gpus() const override;
  DataCheck check(const Space& space, const std::filesystem::path& cache) const override;
  void settle(const Placement& placement) override;
  /// Stages the search's data as the master orders, if it is to be staged.
  void enter(const Workplace& workplace) override;
  void execute(const Assignment& assignment, const std::function<bool()>& stopped) override;

 private:
  std::optional<Workplace> with_;
  TaskContext context_;  ///< but for the gang
  std::optional<RunExecutor> runs_;
};

}  // namespace stormsweep
