#include "experiments/segmentation/known_split.hpp"

#include <algorithm>

#include "datasets/files/splits.hpp"

namespace stormsweep {

WeatherSet known_split(const TaskContext& context, const std::string& split) {
  constexpr std::size_t digits = 16;  // of each set's checksum, concatenated by check_segmentation_data
  const auto place = static_cast<std::size_t>(std::ranges::find(split_names, split) - split_names.begin());
  const bool checked = context.fingerprint.size() == digits * split_names.size();
  return known_weather(context.data.at(split), checked ? context.fingerprint.substr(digits * place, digits) : "",
                       context.cache, context.threads);
}

}  // namespace stormsweep
