#include "search/base/private_folder.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <system_error>

#include "search/base/error.hpp"
#include "search/base/file.hpp"
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

PrivateFolder::PrivateFolder() {
  const fs::path folder = temporary_folder();
  std::string name = (folder / "stormsweep-XXXXXX").string();
  if (!mkdtemp(name.data())) refuse_file(folder, "cannot take temporary files", temporary_remedy);
  path_ = name;
}

PrivateFolder::~PrivateFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

}  // namespace stormsweep
