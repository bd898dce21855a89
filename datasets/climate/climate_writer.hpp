#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "datasets/climate/climate_layout.hpp"

namespace stormsweep {

/// Writes a split (datasets/climate/climate_set.hpp): first the numbers, in any order, then what they are. The file
/// appears under its name only when `publish` returns. Throws InputError: unwritable folder, full disk.
class ClimateWriter {
 public:
  ClimateWriter(const std::filesystem::path& path, const ClimateLayout& layout);
  ClimateWriter(ClimateWriter&&) noexcept;
  ~ClimateWriter();  ///< without publish: removes what was written

  /// Frames [first, first + n) of a channel: n numbers, or [n, height, width], n as `values` are.
  void write_forcing(std::size_t channel, std::int64_t first, std::span<const float> values);
  void write_target(std::size_t channel, std::int64_t first, std::span<const float> values);
  /// After the last numbers: the statistics of the channels, in the order of the layout. All is then on the disk, under
  /// a temporary name. `provenance`: what made the file from what, as text.
  void seal(std::span<const ChannelStatistics> forcings, std::span<const ChannelStatistics> targets,
            const std::string& provenance);
  void publish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace stormsweep
