#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/output.hpp"
#include "search/base/process.hpp"
#include "worker/run_executor.hpp"
#include "worker/serve.hpp"

namespace {

using namespace stormsweep;

int status_of(const std::vector<std::string>& words) {
  try {
    process::check_surroundings();
    if (words.empty() || words[0] != "serve")
      throw InputError("stormsweep-runner: stormsweep run starts this; type stormsweep --help");
    RunExecutor executor;
    return serve_command({words.begin() + 1, words.end()}, executor);
  } catch (const InputError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return exit_bad_input;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "stormsweep-runner: %s\n", error.what());
    return exit_some_failed;
  }
}

}  // namespace

int main(int count, char** words) {
  let_writes_fail();
  return status_with_output("stormsweep-runner", status_of({words + 1, words + count}));
}
