#include "datasets/files/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

MappedFile::MappedFile(const std::filesystem::path& path, const std::string& remedy)
    : bytes_(std::filesystem::file_size(path)) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  void* const base = mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, *file, 0);
  if (base == MAP_FAILED) throw InputError(path.string() + ": cannot be mapped into memory; " + remedy);
  base_ = base;
}

MappedFile::~MappedFile() {
  if (base_) munmap(base_, bytes_);
}

}  // namespace stormsweep
