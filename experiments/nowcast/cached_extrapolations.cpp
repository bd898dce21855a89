#include "experiments/nowcast/cached_extrapolations.hpp"

#include <fmt/format.h>

#include <system_error>

#include "search/base/file.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

Extrapolations cached_extrapolations(const NowcastPatches& patches, const std::string& split,
                                     const std::string& fingerprint, const std::filesystem::path& folder, int threads) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path path = folder / fmt::format("nowcast-{}-{:016x}.h5", split, derive_seed(0, fingerprint));
  const FileLock lock(path.string() + ".lock", "put --results into a folder that can be written");
  if (!std::filesystem::exists(path)) write_extrapolations(patches, path, threads);
  return {path, patches};
}

}  // namespace stormsweep
