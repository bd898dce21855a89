#pragma once

#include <optional>

#include "search/base/machine.hpp"
#include "worker/executor.hpp"

namespace stormsweep {

/// For experiments that run by themselves: without tensors, and so without LibTorch, which takes 0.3 s of a core and
/// 164 MB to load.
class RunExecutor : public Executor {
 public:
  std::string versions() const override { return "stormsweep " STORMSWEEP_VERSION; }
  int gpus() const override { return visible_gpus(); }
  DataCheck check(const Space& space, const std::filesystem::path& cache) const override;
  void enter(const Workplace& workplace) override;
  void execute(const Assignment& assignment, const std::function<bool()>& stopped) override;

 private:
  std::optional<Workplace> with_;
  Run* run_ = nullptr;
};

}  // namespace stormsweep
