#include "search/base/private_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <system_error>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace fs = std::filesystem;

fs::path temporary_folder() {
  const auto told = environment("TMPDIR");
  const fs::path path(told.empty() ? "/tmp" : told);
  if (path.is_relative())
    throw InputError(fmt::format(
        "TMPDIR: {} is a relative path, and ranks may run in other folders; give an absolute path", path.string()));
  std::error_code error;
  if (!fs::is_directory(path, error))
    throw InputError(fmt::format("TMPDIR: {} is no folder; {}", path.string(), temporary_remedy));
  return path;
}

namespace {

constexpr std::time_t at_least = 60;  // seconds of age: a new folder has no lock yet

constexpr std::string_view unnamed = "XXXXXX";

/// What the names of this host's folders begin with: where hosts share a file system, one may not see another's locks.
std::string prefix() {
  return "stormsweep-" + host_name() + '-';
}

/// Whether nobody holds its lock: its process was killed.
bool is_orphan(const Descriptor& folder) {
  struct stat found {};
  return ::fstat(*folder, &found) == 0 && found.st_uid == ::geteuid() &&
         std::time(nullptr) - found.st_mtime > at_least && ::flock(*folder, LOCK_EX | LOCK_NB) == 0;
}

void remove_orphans(const fs::path& folder) {
  const std::string ours = prefix();
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    if (name.size() != ours.size() + unnamed.size() || !name.starts_with(ours)) continue;
    const Descriptor opened(::open(entry.path().c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (opened && is_orphan(opened)) fs::remove_all(entry.path(), ignored);
  }
}

}  // namespace

PrivateFolder::PrivateFolder() {
  const fs::path folder = temporary_folder();
  remove_orphans(folder);
  std::string name = (folder / prefix().append(unnamed)).string();
  if (!mkdtemp(name.data())) refuse_file(folder, "cannot take temporary files", temporary_remedy);
  path_ = name;
  lock_ = Descriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (lock_) ::flock(*lock_, LOCK_EX | LOCK_NB);
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace stormsweep
