#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>

#include "datasets/files/mapped_file.hpp"
#include "datasets/nowcast/nowcast_patches.hpp"

namespace stormsweep {

/// The carried frames of all patches of a split (carry_patch; 30 ms of a core for one of 256 x 256), mapped read-only
/// from an HDF5 file: `extrapolation` uint16 [N, 12, side, side], numbers of the patches' own scale.
class Extrapolations {
 public:
  /// Throws InputError where the file is not of as many patches of that size.
  Extrapolations(const std::filesystem::path& path, const NowcastPatches& patches);

  std::span<const std::uint16_t> frames(std::int64_t patch) const;  ///< [12, side, side]
  const MappedFile& file() const { return file_; }

 private:
  MappedFile file_;
  std::span<const std::uint16_t> numbers_;
  std::size_t count_;  ///< of a patch
};

/// Makes that file, on up to `threads` threads. It appears whole or not at all. `progress` is given the share made.
/// Throws InputError where it cannot be written or the disk is full.
void write_extrapolations(
    const NowcastPatches& patches, const std::filesystem::path& path, int threads,
    const std::function<void(double)>& progress = [](double) {});

}  // namespace stormsweep
