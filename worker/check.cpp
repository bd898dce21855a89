#include "worker/check.hpp"

#include <torch/cuda.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "experiments/registry.hpp"
#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/processor.hpp"
#include "search/space/file_stamps.hpp"
#include "search/space/runs_itself.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

namespace {

/// Notes on precisions that do not do what the user may expect on a machine without GPUs.
std::vector<std::string> precision_notes(const Space& space) {
  if (!takes(space, "precision", "bf16") || torch::cuda::is_available() || gains_from_bfloat16()) return {};
  return {
      "precision bf16 gains nothing here: this processor has no instructions for it that are faster than fp32's, or "
      "DNNL_MAX_CPU_ISA withholds them; fp32 is as fast or faster"};
}

nlohmann::json stamps_of(const Space& space) {
  nlohmann::json stamps = nlohmann::json::array();
  for (const FileStamp& stamp : stamp_files(space)) stamps.push_back({stamp.bytes, stamp.written, stamp.checksum});
  return stamps;
}

}  // namespace

int check_command(const std::vector<std::string>& arguments) {
  if (arguments.empty() || arguments.size() > 2)
    throw InputError(
        "stormsweep-worker check: give one search space, a JSON file, and the folder of its cache, if any");
  const Space space = read_space(arguments[0]);
  const nlohmann::json stamps = stamps_of(space);  // before the files are read
  DataCheck report = check_data(space, arguments.size() > 1 ? arguments[1] : "");
  std::ranges::move(precision_notes(space), std::back_inserter(report.notes));
  const auto gpus = runs_itself(*space.experiment) ? visible_gpus() : static_cast<int>(torch::cuda::device_count());
  std::cout << nlohmann::json{{"fingerprint", report.fingerprint},
                              {"stamps", stamps},
                              {"notes", report.notes},
                              {"gpus", gpus}}
            << '\n'
            << std::flush;
  return exit_done;
}

}  // namespace stormsweep
