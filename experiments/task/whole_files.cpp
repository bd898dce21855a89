#include "experiments/task/whole_files.hpp"

#include <numeric>

#include "search/base/error.hpp"

namespace stormsweep {

StagePlan stage_whole_files(const Space& space, const TaskContext& /*context*/, int /*places*/) {
  StagePlan request;
  for (const auto& [split, path] : space.data) {
    request.whole[split] = split + path.extension().string();
    std::error_code unknown;  // reading it reports that
    const auto bytes = std::filesystem::file_size(path, unknown);
    request.files.push_back({path, request.whole[split], {}, unknown ? 0 : static_cast<std::int64_t>(bytes)});
  }
  request.wanted = [files = request.files](int, const std::set<std::int64_t>& unusable) {
    if (!unusable.empty())
      throw InputError(files[static_cast<std::size_t>(*unusable.begin())].source.string() +
                       ": cannot be copied to the machines' disks, and training needs it; make it readable, or run "
                       "without --stage");
    std::vector<std::int64_t> all(files.size());
    std::iota(all.begin(), all.end(), 0);
    return all;
  };
  return request;
}

}  // namespace stormsweep
