#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "datasets/drawing/drawing.hpp"
#include "datasets/weather/weather_grid.hpp"

namespace stormsweep {

/// Maps of one field with masks of classes over it, north up, one below the other.
struct WeatherMap {
  struct Panel {
    std::string title;  ///< "truth", "prediction", "IVT"
    /// [height, width], drawn over the field, which then is grey; nothing: the field alone, in colour
    std::optional<std::vector<std::uint8_t>> classes;
  };
  std::string title;
  std::string field_name, field_unit;
  std::vector<float> field;  ///< [height, width]; NaN: missing
  std::vector<Panel> panels;
};

/// With ticks of latitude and longitude, and a legend of the field's values (up to the 99.9th percentile, rounded) and
/// of the classes that are somewhere. The grid has two rows and columns at least.
Drawing draw(const WeatherGrid& grid, const WeatherMap& map);

}  // namespace stormsweep
