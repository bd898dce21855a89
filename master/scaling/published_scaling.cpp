#include "master/scaling/published_scaling.hpp"

#include <nlohmann/json.hpp>

namespace stormsweep {

std::vector<PublishedPoint> published_scaling(std::string_view published) {
  std::vector<PublishedPoint> points;
  const auto paper = nlohmann::json::parse(published);
  for (const auto& item : paper["items"]) {
    if (!item.contains("published")) continue;
    for (const auto& number : item["published"]) {
      const bool doubling = number.contains("doubling");
      if (!doubling && !number.contains("efficiency")) continue;
      points.push_back(
          {.what = number.at("what").get<std::string>(),
           .ranks = doubling ? 2 : number.at("ranks").get<std::size_t>(),
           .efficiency = doubling ? number.at("doubling").get<double>() / 2 : number.at("efficiency").get<double>(),
           .machine = number.value("machine", "")});
    }
  }
  return points;
}

}  // namespace stormsweep
