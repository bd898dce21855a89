#include "datasets/files/raw_files.hpp"

#include <set>
#include <system_error>

#include "search/base/error.hpp"

namespace stormsweep {

namespace fs = std::filesystem;

namespace {

/// The files in and below one folder that a user names. Links are followed, but each folder is listed once, so that
/// cycles end.
class FolderListing {
 public:
  explicit FolderListing(const std::function<bool(const fs::path&)>& wanted) : wanted_(wanted) {}

  void add(const fs::path& folder) {
    std::error_code error;
    if (!folders_.insert(fs::canonical(folder)).second) return;
    for (auto at = fs::directory_iterator(folder, error); !error && at != fs::end(at); at.increment(error)) {
      std::error_code nothing;  // a link that leads nowhere is no folder
      if (at->is_directory(nothing))
        add(at->path());
      else if (at->is_regular_file(nothing) && wanted_(at->path()))
        files_.insert(fs::canonical(at->path()));
    }
    if (error) throw InputError(folder.string() + ": cannot be listed (" + error.message() + "); check its rights");
  }
  const std::set<fs::path>& files() const { return files_; }

 private:
  const std::function<bool(const fs::path&)>& wanted_;
  std::set<fs::path> folders_, files_;
};

}  // namespace

std::vector<fs::path> list_raw_files(const std::vector<fs::path>& paths,
                                     const std::function<bool(const fs::path&)>& wanted, const std::string& none) {
  std::set<fs::path> files;
  for (const fs::path& path : paths) {
    std::error_code error;
    if (!fs::exists(path, error)) throw InputError(path.string() + ": no such file or folder; check its name");
    if (!fs::is_directory(path)) {
      files.insert(fs::canonical(path));
      continue;
    }
    FolderListing folder(wanted);
    folder.add(path);
    if (folder.files().empty()) throw InputError(path.string() + ": " + none);
    files.insert(folder.files().begin(), folder.files().end());
  }
  return {files.begin(), files.end()};
}

}  // namespace stormsweep
