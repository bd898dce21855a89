#include "datasets/radar/radar_grib.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "datasets/radar/grib_place.hpp"
#include "datasets/radar/grib_rain.hpp"

namespace stormsweep::radar {

namespace {

using grib::Message;

/// What `read` returns; where it cannot, another file of the sequence may be in order.
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

/// Of what is no rain: ecCodes' short name, or the numbers of its parameter.
std::string name_of(const Message& message) {
  const std::string name = message.text("shortName");
  const auto number = [&](const char* key) { return message.integer(key).value_or(-1); };
  return name != "unknown" ? name
                           : fmt::format("parameter {}-{}-{}", number("discipline"), number("parameterCategory"),
                                         number("parameterNumber"));
}

/// In which an amount fell, as its message or its product tells; 0: neither does.
double read_hours(const Message& message, const GribRain& rain) {
  if (rain.meaning != Meaning::amount) return 1;
  if (rain.hours > 0) return rain.hours;
  const std::string unit = message.text("stepUnits");
  return (message.real("endStep").value_or(0) - message.real("startStep").value_or(0)) *
         (unit == "m" || unit == "0"    ? 1.0 / 60
          : unit == "s" || unit == "13" ? 1.0 / 3600
                                        : 1);
}

/// Amounts whose messages tell no interval fell since the image before, the first in as long as the second.
void complete_hours(std::vector<RadarImage>& images) {
  std::ranges::stable_sort(images, {}, &RadarImage::time);
  if (std::ranges::none_of(images, [](const RadarImage& image) { return image.hours <= 0; })) return;
  if (images.size() == 1 || images[0].time == images[1].time) {
    refuse(images[0].path,
           fmt::format("{} is an amount, but its stepRange is no interval; give amounts with one, or rates",
                       images[0].variable));
  }
  for (std::size_t i = 1; i < images.size(); ++i)
    images[i].hours = static_cast<double>(images[i].time - images[i - 1].time) / 3600;
  images[0].hours = images[1].hours;
}

/// Amounts that all began with the forecast overlap each other.
void check_intervals(const std::vector<RadarImage>& images) {
  for (std::size_t i = 1; i < images.size(); ++i) {
    const double since = static_cast<double>(images[i].time - images[i - 1].time) / 3600;
    if (since <= 0 || images[i].hours <= since * 1.01) continue;
    refuse(images[i].path,
           fmt::format("amounts of {:g} h, {:g} h apart, overlap each other; give those since the image "
                       "before, or rates",
                       images[i].hours, since));
  }
}

}  // namespace

std::vector<RadarImage> list_grib(const std::filesystem::path& path) {
  std::vector<RadarImage> images;
  std::set<std::string> others;
  const grib::File file = readable([&] { return grib::File(path); });
  bool amounts = false;
  while (const auto message = readable([&] { return file.next(); })) {
    const auto rain = rain_of(*message);
    if (!rain || (!images.empty() && rain->name != images[0].variable)) {
      others.insert(rain ? rain->name : name_of(*message));
      continue;
    }
    RadarImage image{path,
                     message->integer("offset").value_or(0),
                     0,
                     read_time(*message, path),
                     rain->quantity,
                     read_grib_grid(*message, path),
                     RadarFormat::grib,
                     rain->name};
    image.hours = read_hours(*message, *rain);
    amounts = rain->meaning == Meaning::amount;
    images.push_back(std::move(image));
  }
  if (images.empty()) {
    refuse(path,
           fmt::format("holds no rain that stormsweep knows, but {}; give MRMS' PrecipRate or VIL, tp, or a rate or "
                       "reflectivity",
                       fmt::join(others, ", ")));
  }
  if (amounts) complete_hours(images), check_intervals(images);
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
