#include <string>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/output.hpp"
#include "worker/check.hpp"
#include "worker/run_executor.hpp"
#include "worker/serve.hpp"

namespace {

using namespace stormsweep;

int dispatch(const std::vector<std::string>& words) {
  RunExecutor executor;
  if (!words.empty() && words[0] == "serve") return serve_command({words.begin() + 1, words.end()}, executor);
  if (!words.empty() && words[0] == "check") return check_command({words.begin() + 1, words.end()}, executor);
  throw InputError("stormsweep-runner: stormsweep run starts this; type stormsweep --help");
}

}  // namespace

int main(int count, char** words) {
  return run_program("stormsweep-runner", [&] { return dispatch({words + 1, words + count}); });
}
