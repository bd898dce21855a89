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
      : base_(std::exchange(other.base_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}
  MappedFile& operator=(MappedFile&& other) noexcept {
    std::swap(base_, other.base_);
    std::swap(bytes_, other.bytes_);
    return *this;
  }
  ~MappedFile();

  template <class T>
  std::span<const T> numbers(const hdf5::Extent& extent) const {
    return {reinterpret_cast<const T*>(static_cast<const char*>(base_) + extent.offset), extent.count};
  }

 private:
  void* base_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace stormsweep
