#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "datasets/nowcast/nowcast_patches.hpp"

namespace stormsweep {

/// When and where a patch was cut out.
struct NowcastPlace {
  std::int64_t time = 0;             ///< of the last input frame, seconds since 1970-01-01 UTC
  std::int32_t row = 0, column = 0;  ///< of its upper left pixel in the image
};

/// Writes a split of `samples` patches, in the order given, one at a time. The file appears under its name only when
/// `publish` returns, after `seal`. Throws InputError: unwritable folder, full disk.
class NowcastWriter {
 public:
  NowcastWriter(const std::filesystem::path& path, std::int64_t samples, std::int64_t side);
  NowcastWriter(NowcastWriter&&) noexcept;
  ~NowcastWriter();  ///< without publish: removes what was written
  /// `frames` [13, side, side], in the order of time, as stored numbers.
  void append(std::span<const std::uint16_t> frames, const NowcastPlace& place);
  /// Call after the last patch: then all is on the disk, under a temporary name. `provenance`: by what and from what
  /// the file was made, as text.
  void seal(const NowcastMeta& meta, const std::string& provenance);
  void publish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace stormsweep
