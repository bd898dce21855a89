#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datasets/canvas.hpp"
#include "datasets/weather_grid.hpp"

namespace stormsweep {

/// Maps of one field with masks of classes over it, north up.
struct WeatherMap {
  struct Panel {
    std::string title;  ///< "truth", "prediction", "IVT"
    std::optional<std::vector<std::uint8_t>>
        classes;  ///< [height, width], drawn over the field; nothing: the field alone
  };
  std::string title;
  std::string field_name, field_unit;
  std::vector<float> field;  ///< [height, width]
  std::vector<Panel> panels;
};

Canvas draw(const WeatherGrid& grid, const WeatherMap& map);

}  // namespace stormsweep
