#include "master/cli/run_space.hpp"

#include <cstddef>

#include "master/cli/run_checks.hpp"

namespace stormsweep {

Space read_run_space(RunOptions& options) {
  Space space = read_lasting_space(options.space);
  options.results = results_file(options, space.name);
  check_options(space, options);
  if (options.separate_epochs) space.share_epochs = false;
  return space;
}

SizedSearch size_run(const Space& space, const RunOptions& options, int workers) {
  return size_search(space, options.space.string(), options.results, static_cast<std::size_t>(workers),
                     options.synchronous ? ScheduleKind::synchronous : ScheduleKind::master_worker);
}

}  // namespace stormsweep
