#include "experiments/tornado/tornado_check.hpp"

#include <torch/cuda.h>

#include "datasets/files/splits.hpp"
#include "datasets/storms/storm_labels.hpp"
#include "datasets/storms/storms.hpp"
#include "models/tornado_loss.hpp"
#include "search/base/error.hpp"
#include "search/base/processor.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

namespace {

std::string note(const std::string& split, const Storms& storms) {
  std::int64_t by_max = 0, by_mean = 0;
  for (std::size_t i = 0; i < storms.vorticity_max().size(); ++i) {
    by_max += positive(LabelRule::max, storms.vorticity_max()[i], storms.vorticity_mean()[i]);
    by_mean += positive(LabelRule::mean, storms.vorticity_max()[i], storms.vorticity_mean()[i]);
  }
  return split + ": " + std::to_string(storms.size()) + " storms, " + std::to_string(by_max) +
         " positive (label max), " + std::to_string(by_mean) + " (label mean)";
}

/// Whether bf16 is asked for where bfloat16 products pay, and so nobody else warns, yet not by this network's kernels.
bool gains_nothing_from_bf16(const Space& space) {
  return takes(space, "precision", "bf16") && !torch::cuda::is_available() && gains_from_bfloat16() &&
         !tornado_gains_from_bfloat16();
}

std::string sound_fingerprint(const Storms& storms, const std::filesystem::path& path,
                              const std::function<void(double)>& progress) {
  const StormScan found = scan(storms, progress);
  if (found.not_finite > 0) {
    throw InputError(
        path.string() + ": " + std::to_string(found.not_finite) + " of " + std::to_string(found.storms) +
        " storms hold NaN or infinity; make it again with stormsweep prepare tornado, which leaves them out");
  }
  return found.fingerprint;
}

}  // namespace

DataCheck check_tornado_data(const Space& space, const KeptScans& kept) {
  DataCheck report;
  for (const char* split : split_names) {
    const std::filesystem::path& path = space.data.at(split);
    const Storms storms(path);
    report.fingerprint +=
        kept.find("storms 1", {path}, [&](const auto& progress) { return sound_fingerprint(storms, path, progress); });
    report.notes.push_back(note(split, storms));
  }
  if (gains_nothing_from_bf16(space))
    report.notes.emplace_back(
        "precision bf16 gains nothing for this network on a processor without matrix units (AMX): its kernels round "
        "to bfloat16 and multiply as in fp32, which is as fast");
  return report;
}

}  // namespace stormsweep
