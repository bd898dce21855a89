#include <string>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/output.hpp"
#include "worker/run_executor.hpp"
#include "worker/serve.hpp"

namespace {

using namespace stormsweep;

int serve(const std::vector<std::string>& words) {
  if (words.empty() || words[0] != "serve")
    throw InputError("stormsweep-runner: stormsweep run starts this; type stormsweep --help");
  RunExecutor executor;
  return serve_command({words.begin() + 1, words.end()}, executor);
}

}  // namespace

int main(int count, char** words) {
  return run_program("stormsweep-runner", [&] { return serve({words + 1, words + count}); });
}
