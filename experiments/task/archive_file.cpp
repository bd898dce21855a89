#include "experiments/task/archive_file.hpp"

#include <torch/csrc/jit/serialization/export.h>

#include <exception>
#include <functional>

#include "search/base/file.hpp"

namespace stormsweep {

namespace {

using Writer = std::function<std::size_t(const void*, std::size_t)>;

void save(const std::filesystem::path& path, const std::function<void(const Writer&)>& write) {
  std::error_code ignored;  // opening the file reports what is wrong
  std::filesystem::create_directories(path.parent_path(), ignored);
  AtomicFile file(path);
  std::exception_ptr problem;  // thrown through LibTorch, it would end the process
  write([&](const void* bytes, std::size_t size) {
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

}  // namespace

void save_archive(torch::serialize::OutputArchive& archive, const std::filesystem::path& path) {
  save(path, [&](const Writer& writer) { archive.save_to(writer); });
}

void save_script(const torch::jit::Module& script, const std::filesystem::path& path) {
  save(path, [&](const Writer& writer) { torch::jit::ExportModule(script, writer); });
}

}  // namespace stormsweep
