#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "datasets/climate/climate_layout.hpp"

namespace stormsweep {

class MappedFile;

inline constexpr int climate_format_version = 1;  ///< of the files below

/// One split of a climate emulator's data, mapped read-only from its HDF5 file: ranks of a node share the pages.
/// File: F months of forcings, scenario after scenario; T months of targets, run after run.
/// - a dataset for each forcing, float32: [F] where it is one number for the Earth, [F, height, width] where it is a
/// map;
///   and one for each target, float32 [T, height, width]. Attributes of each: unit, mean, deviation (of training).
/// - `latitude` [height], ascending: row 0 = south; `longitude` [width], ascending; double, degrees.
/// - `scenarios` int32 [S, 2]: first month and number of months; `runs` int32 [R, 3]: scenario, first month, number of
///   months. Months are 12 * year + month - 1.
/// - attributes forcings, targets, scenario_names, run_members: lists of names, separated by commas; provenance,
///   format_version.
/// A file without runs holds forcings alone, to be forecast from.
class ClimateSet {
 public:
  /// Throws InputError: missing, truncated, not ours, wrong shape, wrong type, compressed (not mappable).
  explicit ClimateSet(const std::filesystem::path& path);
  ~ClimateSet();
  ClimateSet(ClimateSet&&) noexcept;
  ClimateSet& operator=(ClimateSet&&) noexcept;

  const ClimateLayout& layout() const;
  const std::filesystem::path& path() const;
  const std::string& provenance() const;

  /// Of a frame of the scenarios (ClimateScenario::frame + months since its begin): one number, or [height, width].
  std::span<const float> forcing(std::size_t channel, std::int64_t frame) const;
  /// Of a frame of the runs: [height, width].
  std::span<const float> target(std::size_t channel, std::int64_t frame) const;
  /// The file that holds all of these.
  const MappedFile& file() const;

 private:
  struct Mapping;
  std::unique_ptr<Mapping> mapping_;
};

/// 32 hexadecimal digits: XXH3-128 of the contents of a split, numbers, names and statistics. `progress` is given the
/// share read.
std::string fingerprint(
    const ClimateSet& set, const std::function<void(double)>& progress = [](double) {});

}  // namespace stormsweep
