#include "experiments/nowcast/nowcast_notes.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "search/base/error.hpp"

namespace stormsweep {

std::string nowcast_notes(const NowcastMeta& meta) {
  nlohmann::json blurs;
  for (const NowcastBlur& blur : meta.blurs) blurs.push_back({blur.sigma, blur.factor});
  return nlohmann::json{{"mean", meta.statistics.mean},      {"deviation", meta.statistics.deviation},
                        {"step_minutes", meta.step_minutes}, {"quantity", name_of(meta.quantity)},
                        {"pixel_km", meta.pixel_km},         {"blurs", blurs}}
      .dump();
}

NowcastMeta parse_nowcast_notes(const std::string& text, const std::string& file) {
  const auto refuse = [&](const std::string& problem) {
    throw InputError(file + ": " + problem + "; give a model that stormsweep run --keep-best left");
  };
  NowcastMeta meta;
  try {
    const nlohmann::json notes = nlohmann::json::parse(text);
    notes.at("mean").get_to(meta.statistics.mean);
    notes.at("deviation").get_to(meta.statistics.deviation);
    notes.at("step_minutes").get_to(meta.step_minutes);
    notes.at("pixel_km").get_to(meta.pixel_km);
    for (std::size_t l = 0; l < meta.blurs.size(); ++l) {
      notes.at("blurs").at(l).at(0).get_to(meta.blurs[l].sigma);
      notes.at("blurs").at(l).at(1).get_to(meta.blurs[l].factor);
    }
    const auto quantity = notes.at("quantity").get<std::string>();
    meta.quantity = quantity == name_of(RadarQuantity::vil) ? RadarQuantity::vil : RadarQuantity::rain_rate;
    if (quantity != name_of(meta.quantity)) refuse("quantity is " + quantity + ", not rain_rate or vil");
  } catch (const nlohmann::json::exception&) {
    refuse("lacks mean, deviation, step_minutes, quantity, pixel_km and blurs");
  }
  const PixelStatistics& statistics = meta.statistics;
  if (!std::isfinite(statistics.mean) || !std::isfinite(statistics.deviation) || statistics.deviation <= 0) {
    refuse("mean or deviation is not a finite, positive number");
  }
  for (const NowcastBlur& blur : meta.blurs)
    if (!(blur.sigma >= 0 && blur.sigma < 1000) || !std::isfinite(blur.factor)) refuse("blurs have no sense");
  if (!(meta.step_minutes > 0) || !(meta.pixel_km > 0)) refuse("step_minutes or pixel_km is not positive");
  return meta;
}

}  // namespace stormsweep
