#include "experiments/task/archive_file.hpp"

#include <exception>

#include "search/base/file.hpp"

namespace stormsweep {

void save_archive(torch::serialize::OutputArchive& archive, const std::filesystem::path& path) {
  std::error_code ignored;  // the file tells what is wrong
  std::filesystem::create_directories(path.parent_path(), ignored);
  AtomicFile file(path);
  std::exception_ptr problem;  // thrown through LibTorch, it would end the process
  archive.save_to([&](const void* bytes, std::size_t size) {
    try {
      if (!problem) file.write({static_cast<const char*>(bytes), size});
    } catch (...) {
      problem = std::current_exception();
    }
    return size;
  });
  if (problem) std::rethrow_exception(problem);
  file.commit();
}

}  // namespace stormsweep
