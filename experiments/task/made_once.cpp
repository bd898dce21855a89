#include "experiments/task/made_once.hpp"

#include <system_error>

#include "search/base/file.hpp"

namespace stormsweep {

std::filesystem::path made_once(const TaskContext& context, const std::string& name,
                                const std::function<void(const std::filesystem::path&)>& make) {
  std::error_code error;
  std::filesystem::create_directories(context.cache, error);
  const std::filesystem::path path = context.cache / name;
  const FileLock lock(path.string() + ".lock", "put --results into a folder that can be written");
  if (std::filesystem::exists(path)) return path;
  make(path);
  try {
    context.check_data();
  } catch (...) {
    std::filesystem::remove(path, error);
    throw;
  }
  return path;
}

}  // namespace stormsweep
