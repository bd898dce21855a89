#include "experiments/segmentation/segmentation_notes.hpp"

#include <nlohmann/json.hpp>

#include "search/base/error.hpp"

namespace stormsweep {

std::string segmentation_notes(const ChannelRange& range) {
  return nlohmann::json{{"minimum", range.minimum}, {"maximum", range.maximum}}.dump();
}

ChannelRange parse_segmentation_notes(const std::string& text, const std::string& file) {
  try {
    const nlohmann::json notes = nlohmann::json::parse(text);
    // Arrays of another length would not throw.
    if (notes.at("minimum").size() == weather_channels && notes.at("maximum").size() == weather_channels)
      return {notes.at("minimum"), notes.at("maximum")};
  } catch (const nlohmann::json::exception&) {  // refused below
  }
  throw InputError(file +
                   ": lacks minimum and maximum of 16 channels; give a model that stormsweep run "
                   "--keep-best left");
}

}  // namespace stormsweep
