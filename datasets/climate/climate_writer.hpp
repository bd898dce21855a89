#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "datasets/climate/climate_layout.hpp"

namespace stormsweep {

/// Writes a split (datasets/climate/climate_set.hpp): first the numbers, in any order, then their description. The file
/// appears under its name only when `publish` returns. Throws InputError: unwritable folder, full disk.
class ClimateWriter {
 public:
  ClimateWriter(const std::filesystem::path& path, const ClimateLayout& layout);
  ClimateWriter(ClimateWriter&&) noexcept;
  ~ClimateWriter();  ///< without publish: removes what was written

  /// Writes frames [first, first + n) of a channel: n numbers, or [n, height, width]; the size of `values` gives n.
  void write_forcing(std::size_t channel, std::int64_t first, std::span<const float> values);
  void write_target(std::size_t channel, std::int64_t first, std::span<const float> values);
  /// After the last numbers: the statistics of the channels, in the order of the layout. All is then on the disk, under
  /// a temporary name. `provenance`: by what and from what the file was made, as text.
  void seal(std::span<const ChannelStatistics> forcings, std::span<const ChannelStatistics> targets,
            const std::string& provenance);
  void publish();

 private:
  struct File;
  std::unique_ptr<File> file_;
};

}  // namespace stormsweep
