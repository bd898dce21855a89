#include "datasets/files/raw_files.hpp"

#include <set>
#include <system_error>

#include "search/base/error.hpp"

namespace stormsweep {

namespace fs = std::filesystem;

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
    const std::size_t before = files.size();
    for (auto at = fs::recursive_directory_iterator(path, error); !error && at != fs::end(at); at.increment(error)) {
      if (at->is_regular_file(error) && wanted(at->path())) files.insert(fs::canonical(at->path()));
    }
    if (error) throw InputError(path.string() + ": cannot be listed (" + error.message() + "); check its rights");
    if (files.size() == before) throw InputError(path.string() + ": " + none);
  }
  return {files.begin(), files.end()};
}

}  // namespace stormsweep
