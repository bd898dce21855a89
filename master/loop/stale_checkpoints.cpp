#include "master/loop/stale_checkpoints.hpp"

#include <map>
#include <set>
#include <system_error>

#include "search/base/file.hpp"
#include "search/space/cache_files.hpp"

namespace stormsweep {

void remove_stale_checkpoints(const std::filesystem::path& cache, const std::string& fingerprint, Store& store) {
  namespace fs = std::filesystem;
  std::error_code ignored;  // what is not there need not go
  std::multimap<Identity, fs::path> left;
  std::set<Identity> curves;
  for (const fs::directory_entry& entry : fs::directory_iterator(checkpoints(cache), ignored))
    if (const auto curve = curve_of_checkpoint(AtomicFile::target_of(entry.path()), fingerprint)) {
      left.emplace(*curve, entry.path());
      curves.insert(*curve);
    }
  const std::set<Identity> stale = store.abandoned(curves);
  for (const auto& [curve, file] : left)
    if (stale.contains(curve)) fs::remove_all(file, ignored);  // a command's is a folder
  fs::remove(checkpoints(cache), ignored);                     // if it is empty
}

}  // namespace stormsweep
