#include "experiments/tornado/preaugmented.hpp"

#include <cstdio>
#include <functional>
#include <vector>

#include "datasets/storms/storm_writer.hpp"
#include "experiments/task/made_once.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

std::string file_name(const Preaugmentation& what, const std::string& fingerprint) {
  const bool vectors = what.winds == WindRotation::vectors;
  const std::uint64_t key = derive_seed(what.seed, fingerprint, {static_cast<std::uint64_t>(what.copies), vectors});
  char name[64];
  std::snprintf(name, sizeof name, "tornado-x%lld-%016llx.h5", static_cast<long long>(what.copies),
                static_cast<unsigned long long>(key));
  return name;
}

void make(const Storms& natural, const Preaugmentation& what, const fs::path& path,
          const std::function<void(double)>& progress) {
  StormWriter writer(path, natural.size() * what.copies);
  std::vector<float> transformed(storm_floats);
  for (std::int64_t copy = 0; copy < what.copies; ++copy) {
    progress(static_cast<double>(copy) / static_cast<double>(what.copies));
    for (std::int64_t i = 0; i < natural.size(); ++i) {
      const auto k = static_cast<std::uint64_t>(i);
      const std::uint64_t seed = derive_seed(what.seed, "augmentation", {k, static_cast<std::uint64_t>(copy)});
      apply(StormTransform::draw(seed), what.winds, natural.patch(i), natural.statistics().mean, transformed);
      writer.append(transformed, natural.vorticity_max()[k], natural.vorticity_mean()[k]);
    }
  }
  writer.finish(natural.statistics(), "preaugmented by stormsweep run");
}

}  // namespace

Storms preaugmented(const Storms& natural, const Preaugmentation& what, const TaskContext& context) {
  return Storms(made_once(context, file_name(what, context.fingerprint),
                          [&](const fs::path& path) { make(natural, what, path, context.preparing); }));
}

}  // namespace stormsweep
