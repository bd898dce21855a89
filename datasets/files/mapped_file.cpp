#include "datasets/files/mapped_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t probes = 4;                // among 128 storms; more would cost as much as they save
constexpr std::size_t read_at_once = 128 << 10;  // of longer requests Linux may read only a part

/// The page in which `byte` lies.
std::byte* page_of(const std::byte* byte) {
  static const auto size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  return const_cast<std::byte*>(byte - reinterpret_cast<std::uintptr_t>(byte) % size);
}

}  // namespace

MappedFile::MappedFile(const std::filesystem::path& path, const std::string& remedy)
    : bytes_(std::filesystem::file_size(path)) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  void* const base = mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, *file, 0);
  if (base == MAP_FAILED) throw InputError(path.string() + ": cannot be mapped into memory; " + remedy);
  base_ = base;
  tells_residence_ = access(path.c_str(), W_OK) == 0;
}

MappedFile::~MappedFile() {
  if (base_) munmap(base_, bytes_);
}

bool MappedFile::in_memory(std::span<const std::span<const std::byte>> pieces) const {
  if (!tells_residence_) return false;
  for (std::size_t probe = 0; probe < probes; ++probe) {
    unsigned char page = 0;
    if (mincore(page_of(pieces[probe * pieces.size() / probes].data()), 1, &page) != 0 || (page & 1) == 0) return false;
  }
  return true;
}

void MappedFile::will_need(std::span<const std::span<const std::byte>> pieces) const {
  if (pieces.empty() || in_memory(pieces)) return;
  for (const std::span<const std::byte> piece : pieces) {
    for (std::size_t begin = 0; begin < piece.size(); begin += read_at_once) {
      const std::byte* const first = piece.data() + begin;
      const std::byte* const end = first + std::min(read_at_once, piece.size() - begin);
      std::byte* const page = page_of(first);
      madvise(page, static_cast<std::size_t>(end - page),
              MADV_WILLNEED);  // only advice: where it fails, page faults read the data
    }
  }
}

}  // namespace stormsweep
