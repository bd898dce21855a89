#include "worker/check.hpp"

#include <torch/cuda.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "experiments/registry.hpp"
#include "search/base/error.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

int check_command(const std::vector<std::string>& arguments) {
  if (arguments.size() != 1) throw InputError("stormsweep-worker check: give one search space, a JSON file");
  const Space space = read_space(arguments[0]);
  const DataCheck report = check_data(space);
  std::cout << nlohmann::json{{"fingerprint", report.fingerprint},
                              {"notes", report.notes},
                              {"gpus", torch::cuda::is_available() ? torch::cuda::device_count() : 0}}
            << '\n'
            << std::flush;
  return exit_done;
}

}  // namespace stormsweep
