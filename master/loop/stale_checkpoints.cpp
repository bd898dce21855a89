#include "master/loop/stale_checkpoints.hpp"

#include <system_error>
#include <vector>

#include "search/base/file.hpp"
#include "search/space/cache_files.hpp"

namespace stormsweep {

void remove_stale_checkpoints(const std::filesystem::path& cache, const std::string& fingerprint, Store& store) {
  namespace fs = std::filesystem;
  std::error_code ignored;  // what is not there need not go
  std::vector<fs::path> stale;
  for (const fs::directory_entry& entry : fs::directory_iterator(checkpoints(cache), ignored))
    if (const auto curve = curve_of_checkpoint(AtomicFile::target_of(entry.path()), fingerprint);
        curve && store.abandoned(*curve))
      stale.push_back(entry.path());
  for (const fs::path& file : stale) fs::remove_all(file, ignored);  // a command's is a folder
  fs::remove(checkpoints(cache), ignored);                           // if it is empty
}

void remove_checkpoint(const std::filesystem::path& cache, const std::string& fingerprint, const Training& training,
                       const Space& space) {
  const Identity curve = curve_identity(training.configuration, *space.experiment, space.seed);
  std::error_code ignored;  // what is not there need not go
  std::filesystem::remove_all(checkpoint(checkpoints(cache), curve, fingerprint), ignored);
}

}  // namespace stormsweep
