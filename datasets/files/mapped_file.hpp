#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <utility>

#include "datasets/files/hdf5.hpp"

namespace stormsweep {

/// A whole file, mapped read-only: processes of a node share its pages, and only what is touched is read.
class MappedFile {
 public:
  MappedFile() = default;
  /// Throws InputError; `remedy` ends the message.
  MappedFile(const std::filesystem::path& path, const std::string& remedy);
  MappedFile(MappedFile&& other) noexcept
      : base_(std::exchange(other.base_, nullptr)),
        bytes_(std::exchange(other.bytes_, 0)),
        tells_residence_(other.tells_residence_) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(bytes_, other.bytes_);
    std::swap(tells_residence_, other.tells_residence_);
    return *this;
  }
  ~MappedFile();

  template <class T>
  std::span<const T> numbers(const hdf5::Extent& extent) const {
    return {reinterpret_cast<const T*>(static_cast<const char*>(base_) + extent.offset), extent.count};
  }

  /// Asks the system to read pieces of the file all at once, so that touching them one after the other does not wait
  /// for the disk each time. Asks for nothing where a few pieces that it probes are in memory already.
  void will_need(std::span<const std::span<const std::byte>> pieces) const;

 private:
  bool in_memory(std::span<const std::span<const std::byte>> pieces) const;

  void* base_ = nullptr;
  std::size_t bytes_ = 0;
  bool tells_residence_ = false;  ///< the kernel tells only those who may write to a file which of its pages it holds
};

}  // namespace stormsweep
