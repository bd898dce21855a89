#include "experiments/tornado/tornado_notes.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "search/base/error.hpp"

namespace stormsweep {

std::string tornado_notes(const StormStatistics& statistics) {
  return nlohmann::json{{"mean", statistics.mean}, {"deviation", statistics.deviation}}.dump();
}

StormStatistics parse_tornado_notes(const std::string& text, const std::string& file) {
  try {
    const nlohmann::json notes = nlohmann::json::parse(text);
    const nlohmann::json &mean = notes.at("mean"), &deviation = notes.at("deviation");
    // Arrays of another length would not throw.
    if (mean.size() == storm_channels && deviation.size() == storm_channels) {
      const StormStatistics statistics{mean, deviation};
      const auto scales = [](float value) { return std::isfinite(value) && value > 0; };
      if (std::ranges::all_of(statistics.deviation, scales) &&
          std::ranges::all_of(statistics.mean, [](float value) { return std::isfinite(value); }))
        return statistics;
    }
  } catch (const nlohmann::json::exception&) {  // refused below
  }
  throw InputError(file +
                   ": lacks the means and deviations of its training storms, which networks have had since 0.3.0; "
                   "keep it again: stormsweep rerun, then stormsweep run --keep-best");
}

}  // namespace stormsweep
