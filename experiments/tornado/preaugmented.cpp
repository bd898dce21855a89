#include "experiments/tornado/preaugmented.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// Exclusive among processes while it lives, and no longer than its process.
class FileLock {
 public:
  explicit FileLock(const fs::path& path) : descriptor_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    int result = descriptor_ < 0 ? -1 : flock(descriptor_, LOCK_EX);
    while (descriptor_ >= 0 && result < 0 && errno == EINTR) result = flock(descriptor_, LOCK_EX);
    if (result == 0) return;
    const std::string reason = std::strerror(errno);
    if (descriptor_ >= 0) close(descriptor_);
    throw InputError(path.string() + ": cannot be locked (" + reason +
                     "); put --results into a folder that can be written");
  }
  ~FileLock() { close(descriptor_); }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_;
};

std::string file_name(const Preaugmentation& what) {
  const bool vectors = what.winds == WindRotation::vectors;
  const std::uint64_t key =
      derive_seed(what.seed, what.fingerprint, {static_cast<std::uint64_t>(what.copies), vectors});
  char name[64];
  std::snprintf(name, sizeof name, "tornado-x%lld-%016llx.h5", static_cast<long long>(what.copies),
                static_cast<unsigned long long>(key));
  return name;
}

void make(const Storms& natural, const Preaugmentation& what, const fs::path& path) {
  StormWriter writer(path, natural.size() * what.copies);
  std::vector<float> transformed(storm_floats);
  for (std::int64_t copy = 0; copy < what.copies; ++copy) {
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

Storms preaugmented(const Storms& natural, const Preaugmentation& what, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  const fs::path path = folder / file_name(what);
  const FileLock lock(path.string() + ".lock");
  if (!fs::exists(path)) make(natural, what, path);
  return Storms(path);
}

}  // namespace stormsweep
