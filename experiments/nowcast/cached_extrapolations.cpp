#include "experiments/nowcast/cached_extrapolations.hpp"

#include <fmt/format.h>

#include "experiments/task/made_once.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

Extrapolations cached_extrapolations(const NowcastPatches& patches, const std::string& split,
                                     const TaskContext& context) {
  return {made_once(context, fmt::format("nowcast-carried-{}-{:016x}.h5", split, derive_seed(0, context.fingerprint)),
                    [&](const std::filesystem::path& path) {
                      write_extrapolations(patches, path, context.threads, context.preparing);
                    }),
          patches};
}

}  // namespace stormsweep
