#pragma once

#include <string>

#include "datasets/weather/weather_set.hpp"
#include "experiments/task/task.hpp"

namespace stormsweep {

/// The samples of a split, as the search's check found them; where it has not looked at them, as they are now. Throws
/// InputError as known_weather does.
WeatherSet known_split(const TaskContext& context, const std::string& split);

}  // namespace stormsweep
