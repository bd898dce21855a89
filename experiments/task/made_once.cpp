#include "experiments/task/made_once.hpp"

#include <system_error>

#include "search/base/file.hpp"

namespace stormsweep {

std::filesystem::path made_once(const std::filesystem::path& folder, const std::string& name,
                                const std::function<void(const std::filesystem::path&)>& make) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  const std::filesystem::path path = folder / name;
  const FileLock lock(path.string() + ".lock", "put --results into a folder that can be written");
  if (!std::filesystem::exists(path)) make(path);
  return path;
}

}  // namespace stormsweep
