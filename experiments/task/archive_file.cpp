#include "experiments/task/archive_file.hpp"

#include <torch/csrc/jit/serialization/export.h>

#include <algorithm>
#include <array>
#include <exception>
#include <fstream>
#include <functional>
#include <span>

#include "search/base/checksum.hpp"
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

std::string digits_of(std::istream& file, std::streamoff size) {
  Checksum sum;
  std::array<char, 1 << 16> part;
  for (; file && size > 0; size -= file.gcount()) {
    file.read(part.data(), std::min<std::streamoff>(size, part.size()));
    sum.add(std::as_bytes(std::span(part.data(), static_cast<std::size_t>(file.gcount()))));
  }
  return sum.digits();
}

/// False without a checksum: a zip file ends in zeros. LibTorch compares none of the sums in it.
bool is_damaged(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string digits(Checksum().digits().size(), '\0');
  const std::streamoff size = file.seekg(-static_cast<std::streamoff>(digits.size()), std::ios::end).tellg();
  file.read(digits.data(), static_cast<std::streamsize>(digits.size()));
  return digits.back() != '\0' && digits_of(file.seekg(0), size) != digits;
}

}  // namespace

void save_archive(torch::serialize::OutputArchive& archive, const std::filesystem::path& path) {
  save(path, [&](const Writer& writer) {
    Checksum sum;
    archive.save_to([&](const void* bytes, std::size_t size) {
      sum.add({static_cast<const std::byte*>(bytes), size});
      return writer(bytes, size);
    });
    writer(sum.digits().data(), sum.digits().size());
  });
}

torch::serialize::InputArchive load_archive(const std::filesystem::path& path, const torch::Device& device) {
  TORCH_CHECK(!is_damaged(path), "it is damaged: its checksum is another");
  torch::serialize::InputArchive archive;
  archive.load_from(path.string(), device);
  return archive;
}

void save_script(const torch::jit::Module& script, const std::filesystem::path& path) {
  save(path, [&](const Writer& writer) { torch::jit::ExportModule(script, writer); });
}

}  // namespace stormsweep
