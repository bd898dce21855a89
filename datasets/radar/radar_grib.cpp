#include "datasets/radar/radar_grib.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>
#include <utility>

#include "datasets/radar/grib_place.hpp"
#include "datasets/radar/grib_rain.hpp"

namespace stormsweep::radar {

namespace {

using grib::Message;

/// What `read` returns; its InputError becomes UnreadableFile, as other files of the sequence may be in order.
template <class Read>
auto readable(const Read& read) {
  try {
    return read();
  } catch (const InputError& error) {
    throw UnreadableFile(error.what());
  }
}

std::int64_t read_time(const Message& message, const std::filesystem::path& path) {
  const auto date = static_cast<int>(message.integer("validityDate").value_or(0));
  const auto clock = static_cast<int>(message.integer("validityTime").value_or(-1));
  const auto second = message.integer("stepRange").value_or(0) == 0 ? message.integer("second").value_or(0) : 0;
  const auto time = utc_time(date / 10000, date / 100 % 100, date % 100, clock < 0 ? -1 : clock / 100, clock % 100,
                             static_cast<int>(second));
  if (!time) refuse(path, fmt::format("validityDate {} and validityTime {} are no time; leave it out", date, clock));
  return *time;
}

/// The name of what is not rain: ecCodes' short name, or the numbers of its parameter.
std::string name_of(const Message& message) {
  const std::string name = message.text("shortName");
  const auto number = [&](const char* key) { return message.integer(key).value_or(-1); };
  return name != "unknown" ? name
                           : fmt::format("parameter {}-{}-{}", number("discipline"), number("parameterCategory"),
                                         number("parameterNumber"));
}

/// By WMO's code tables 4 of edition 1 and 4.4 of edition 2; 0: no unit that amounts of rain use.
long seconds_of_unit(long unit, bool second_edition) {
  switch (unit) {
    case 0:
      return 60;
    case 1:
      return 3600;
    case 2:
      return 86400;
    case 10:
      return 3L * 3600;
    case 11:
      return 6L * 3600;
    case 12:
      return 12L * 3600;
    case 13:
      return second_edition ? 1 : 900;
    case 14:
      return second_edition ? 0 : 1800;
    case 254:
      return second_edition ? 0 : 1;
    default:
      return 0;
  }
}

/// The hours in which an amount fell, by its message or its product; 0: unknown. From the coded numbers, because
/// ecCodes gives steps in whole hours, or not at all.
double read_hours(const Message& message, const GribRain& rain) {
  if (rain.meaning != Meaning::amount) return 1;
  if (rain.hours > 0) return rain.hours;
  const auto number = [&](const char* key) { return message.integer(key).value_or(0); };
  const bool second_edition = number("edition") == 2;
  const long unit =
      message.integer(second_edition ? "indicatorOfUnitForTimeRange" : "indicatorOfUnitOfTimeRange").value_or(-1);
  // In edition 1 only these kinds of time ranges go from P1 to P2.
  const bool has_range = second_edition || (number("timeRangeIndicator") >= 2 && number("timeRangeIndicator") <= 5);
  const long length = second_edition ? number("lengthOfTimeRange") : number("P2") - number("P1");
  return has_range ? static_cast<double>(length * seconds_of_unit(unit, second_edition)) / 3600 : 0;
}

}  // namespace

std::vector<RadarImage> list_grib(const std::filesystem::path& path) {
  std::vector<RadarImage> images;
  std::set<std::string> others;
  Meaning taken =
      Meaning::rate;  // a rate is preferred to an amount, an amount to a reflectivity; else the first counts
  const grib::File file = readable([&] { return grib::File(path); });
  while (const auto message = readable([&] { return file.next(); })) {
    const auto rain = rain_of(*message);
    const bool other = rain && !images.empty() && rain->name != images[0].variable;
    if (!rain || (other && rain->meaning >= taken)) {
      others.insert(rain ? rain->name : name_of(*message));
      continue;
    }
    if (other) others.insert(images[0].variable), images.clear();
    taken = rain->meaning;
    RadarImage image{path,
                     message->integer("offset").value_or(0),
                     0,
                     read_time(*message, path),
                     rain->quantity,
                     read_grib_grid(*message, path),
                     RadarFormat::grib,
                     rain->name};
    image.amount = rain->meaning == Meaning::amount, image.hours = read_hours(*message, *rain);
    images.push_back(std::move(image));
  }
  if (images.empty()) {
    refuse(path,
           fmt::format("holds no rain that stormsweep knows, but {}; give MRMS' PrecipRate or VIL, tp, or a rate or "
                       "reflectivity",
                       fmt::join(others, ", ")));
  }
  if (!others.empty())
    images[0].note = fmt::format("{} is taken; it also holds {}", images[0].variable, fmt::join(others, ", "));
  return images;
}

RadarFrame read_grib(const RadarImage& image) {
  const auto message = readable([&] { return grib::File(image.path).message_at(image.index); });
  const auto rain = message ? rain_of(*message) : std::nullopt;
  if (!rain) refuse_unreadable(image.path, image.variable + " is no longer there");
  RadarFrame frame{image.time, image.quantity, image.grid, message->values(image.grid.height, image.grid.width)};
  if (frame.values.empty()) refuse_unreadable(image.path, image.variable + " cannot be decoded");
  for (float& value : frame.values) value = value_of(*rain, value, image.hours);
  return frame;
}

}  // namespace stormsweep::radar
