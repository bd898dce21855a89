#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/labels/cyclone_labels.hpp"
#include "datasets/labels/river_labels.hpp"
#include "datasets/labels/weather_moment.hpp"

namespace stormsweep {

/// Which field rivers are found in: vapour transport, or the water vapour path.
enum class RiverField { transport, tmq };

struct LabelRules {
  RiverRule river;
  CycloneRule cyclone;
  std::optional<RiverField> river_field;  ///< nothing: transport where the file has it
};

/// Labels of one moment, and what they are based on.
struct WeatherLabels {
  std::vector<std::uint8_t> classes;  ///< [height, width]: 0 background, 1 tropical cyclone, 2 atmospheric river
  std::vector<SphereRegion> rivers;
  std::vector<Cyclone> cyclones;  ///< a pixel of both kinds is labelled a cyclone
  std::vector<float> moisture;    ///< [height, width], the field that rivers were found in
  std::string moisture_name, moisture_unit;
};

/// Labels rivers, and cyclones where the moment has all fields for them. Throws InputError, naming `file`, where it
/// lacks the field for rivers.
WeatherLabels label_weather(const WeatherMoment& moment, const LabelRules& rules, const std::filesystem::path& file);

/// Writes an HDF5 file of `climate/labels` [1, height, width] int32, as samples have them (h5copy puts them into one),
/// `latitude` and `longitude`, and the rules, as they were applied on that grid, as attributes of the labels. The file
/// appears whole or not at all. Throws InputError.
void write_weather_labels(const std::filesystem::path& file, const WeatherMoment& moment, const WeatherLabels& labels,
                          const LabelRules& rules);

}  // namespace stormsweep
