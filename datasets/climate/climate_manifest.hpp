#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "datasets/climate/climate_layout.hpp"
#include "datasets/climate/regridding.hpp"

namespace stormsweep {

/// Where a field is: files, whose names may hold {scenario}, {member}, * and ?.
struct ClimateFiles {
  std::vector<std::string> patterns;
  std::string variable;          ///< of the files
  std::string unit;              ///< of files that do not state it; empty: they do
  std::string region = "World";  ///< of a CSV table
  bool summed = false;           ///< of a CSV table: yearly rates, to be summed since the first year
  bool computed = false;         ///< insolation: there are no files
};

/// A part of a split.
struct ClimatePart {
  std::string place;  ///< in the manifest, for messages
  std::string scenario;
  std::vector<std::string> members;  ///< in the order of the manifest
  std::optional<std::int32_t> first_year, last_year;
  std::int64_t last_months = 0;      ///< only so many of the months that there are; 0: all
  std::int64_t but_last_months = 0;  ///< all but so many of the months that there are
};

/// The manifest of `prepare emulator`. The README of datasets/ has an example of each source.
struct ClimateManifest {
  std::filesystem::path path;
  std::string text;                 ///< on one line
  std::optional<ClimateGrid> grid;  ///< nothing: that of the first target
  RegridMethod method = RegridMethod::conservative;
  std::vector<std::pair<std::string, std::vector<std::string>>> scenarios;  ///< and their members
  std::vector<std::pair<std::string, ClimateFiles>> forcings, targets;      ///< in the order of the channels
  std::array<std::vector<ClimatePart>, 3> splits;                           ///< in the order of `split_names`
  std::vector<ClimatePart> forecast;  ///< years of scenarios for which only forcings are known

  /// The files of a field, sorted, patterns filled in. Throws InputError where there are none.
  std::vector<std::filesystem::path> files(const ClimateFiles& field, const std::string& scenario,
                                           const std::string& member) const;
};

/// Throws InputError: unknown or missing keys, an undeclared scenario or member, with the place.
ClimateManifest read_climate_manifest(const std::filesystem::path& path);

}  // namespace stormsweep
