#include <torch/version.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/output.hpp"
#include "worker/check.hpp"
#include "worker/experiment_commands.hpp"
#include "worker/network_size.hpp"
#include "worker/serve.hpp"
#include "worker/task_executor.hpp"
#include "worker/training/device_memory.hpp"
#include "worker/training/matrix_products.hpp"

namespace {

using namespace stormsweep;

int dispatch(const std::vector<std::string>& words) {
  TaskExecutor executor;
  if (!words.empty() && words[0] == "serve") return serve_command({words.begin() + 1, words.end()}, executor);
  if (!words.empty() && words[0] == "--version") {
    std::printf("stormsweep-worker %s, LibTorch %s\n", STORMSWEEP_VERSION, TORCH_VERSION);
    return exit_done;
  }
  if (!words.empty() && words[0] == "check") return check_command({words.begin() + 1, words.end()}, executor);
  if (!words.empty() && words[0] == "size") return size_command({words.begin() + 1, words.end()});
  if (const auto status = run_experiment_command(words)) return *status;
  throw InputError("stormsweep-worker: this is the part of stormsweep that trains; type stormsweep --help");
}

}  // namespace

int main(int count, char** words) {
  const int status = run_program("stormsweep-worker", [&] {
    keep_freed_memory();
    widen_matrix_products();
    return dispatch({words + 1, words + count});
  });
  std::_Exit(status);  // LibTorch would take back its operators one by one: a seventh of the time of a short command
}
