#include "datasets/radar/grib_rain.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>

namespace stormsweep::radar {

namespace {

/// NOAA's MRMS GRIB2 table (UserTable_MRMS, version 12.2), discipline 209: category, number.
struct MrmsProduct {
  long category, number;
  GribRain rain;
};

GribRain mrms(const char* name, Meaning meaning, double hours = 0) {
  return {.name = name, .meaning = meaning, .is_mrms = true, .hours = hours};
}

const std::array mrms_products{
    MrmsProduct{6, 1, mrms("PrecipRate", Meaning::rate)},
    MrmsProduct{3, 41, {.name = "VIL", .quantity = RadarQuantity::vil, .is_mrms = true}},
    MrmsProduct{10, 0, mrms("MergedReflectivityQCComposite", Meaning::reflectivity)},
    MrmsProduct{3, 57, mrms("ReflectivityAtLowestAltitude", Meaning::reflectivity)},
    MrmsProduct{8, 8, mrms("SeamlessHSR", Meaning::reflectivity)},
    MrmsProduct{6, 2, mrms("RadarOnly_QPE_01H", Meaning::amount, 1)},
    MrmsProduct{6, 37, mrms("MultiSensor_QPE_01H_Pass2", Meaning::amount, 1)},
};

struct GribUnit {
  Meaning meaning;
  double factor;
};
// Units as ecCodes writes them; 1 kg of rain on 1 m2 is 1 mm deep.
const std::map<std::string, GribUnit> units{
    {"m", {Meaning::amount, 1000}},      {"kg m**-2", {Meaning::amount, 1}},
    {"mm", {Meaning::amount, 1}},        {"kg m**-2 s**-1", {Meaning::rate, 3600}},
    {"m s**-1", {Meaning::rate, 3.6e6}}, {"mm h**-1", {Meaning::rate, 1}},
    {"mm hr**-1", {Meaning::rate, 1}},   {"dB", {Meaning::reflectivity, 1}},
    {"dBZ", {Meaning::reflectivity, 1}}, {"dBz", {Meaning::reflectivity, 1}},
};

/// Whether ecCodes' short name means all of the rain, not a part of it: large-scale, convective or snow.
bool is_rain(const std::string& name) {
  constexpr std::array names{"tp",   "apcp", "prate", "tprate", "mtpr",      "avg_tprate", "rprate",   "pcp", "tpg",
                             "refc", "refd", "refzc", "dbz",    "rain_rate", "tot_prec",   "TOT_PREC", "TPR"};
  return std::ranges::find(names, name) != names.end();
}

/// The same by WMO's tables 4.2: rain rate and total precipitation (category 1), base reflectivity (15), reflectivities
/// (16).
bool is_rain(long category, long number) {
  constexpr std::array known{std::array{1L, 7L},  std::array{1L, 8L},  std::array{1L, 52L}, std::array{1L, 65L},
                             std::array{15L, 1L}, std::array{16L, 4L}, std::array{16L, 5L}};
  return std::ranges::find(known, std::array{category, number}) != known.end();
}

std::optional<GribRain> mrms_rain_of(long category, long number) {
  const auto* const found = std::ranges::find_if(
      mrms_products, [&](const MrmsProduct& known) { return known.category == category && known.number == number; });
  return found == mrms_products.end() ? std::nullopt : std::optional(found->rain);
}

}  // namespace

std::optional<GribRain> rain_of(const grib::Message& message) {
  const bool second_edition = message.integer("edition").value_or(0) == 2;
  const long discipline = second_edition ? message.integer("discipline").value_or(-1) : -1;
  const long category = message.integer("parameterCategory").value_or(-1);
  const long number = message.integer("parameterNumber").value_or(-1);
  if (discipline == 209) return mrms_rain_of(category, number);
  const std::string name = message.text("shortName");
  if (!is_rain(name) && !(discipline == 0 && is_rain(category, number))) return std::nullopt;
  const auto unit = units.find(message.text("units"));
  if (unit == units.end()) return std::nullopt;
  return GribRain{.name = name, .meaning = unit->second.meaning, .factor = unit->second.factor};
}

float sevir_steps(float vil) {
  if (vil <= 3 / 90.66f) return 0;
  const float steps = vil <= 16 / 90.66f ? 90.66f * vil + 2 : 83.9f + 38.9f * std::log(vil);
  return std::clamp(steps, 0.0f, 254.0f);
}

float value_of(const GribRain& rain, float number, double hours) {
  constexpr float no_echo = -99;
  if (rain.is_mrms && rain.meaning == Meaning::reflectivity && number == no_echo) return 0;
  const float least = rain.meaning == Meaning::reflectivity ? no_echo : 0;
  if (std::isnan(number) || (rain.is_mrms && number < least)) return std::numeric_limits<float>::quiet_NaN();
  if (rain.quantity == RadarQuantity::vil) return sevir_steps(number);
  return rate_of(rain.meaning, number * rain.factor, hours);
}

}  // namespace stormsweep::radar
