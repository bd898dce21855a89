#include "datasets/radar/radar_odim.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <span>
#include <utility>

#include "datasets/radar/odim_layers.hpp"
#include "datasets/radar/radar_format.hpp"
#include "datasets/radar/radar_place.hpp"

namespace stormsweep::radar {

namespace {

std::optional<std::int64_t> time(const std::string& date, const std::string& clock) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (std::sscanf(date.c_str(), "%4d%2d%2d", &year, &month, &day) != 3) return std::nullopt;
  if (std::sscanf(clock.c_str(), "%2d%2d%2d", &hour, &minute, &second) < 2) return std::nullopt;
  return utc_time(year, month, day, hour, minute, second);
}

/// When an accumulation began and ended.
struct Period {
  std::optional<std::int64_t> begin, end;
  bool sound() const { return begin && end && *begin < *end; }
  std::optional<std::int64_t> valid() const { return end ? end : begin; }
};

Period period(const hdf5::Handle& file, const OdimLayer& layer) {
  const auto what = [&](const char* name) { return odim_text(file, layer.place, "what", name); };
  return {time(what("startdate"), what("starttime")), time(what("enddate"), what("endtime"))};
}

/// Whether each layer is of a later time than the one before, as in a forecast. Else only the first counts, at the
/// file's own time.
bool is_sequence(const hdf5::Handle& file, const std::vector<OdimLayer>& layers) {
  for (std::size_t i = 1; i < layers.size(); ++i) {
    const auto before = period(file, layers[i - 1]).valid(), end = period(file, layers[i]).valid();
    if (!before || !end || *before >= *end) return false;
  }
  return layers.size() > 1;
}

double where(const hdf5::Handle& file, const OdimLayer& layer, const std::string& name) {
  return odim_number(file, layer.dataset, "where", name.c_str());
}

RadarGrid read_grid(const hdf5::Handle& file, const std::filesystem::path& path, const OdimLayer& layer) {
  RadarGrid grid;
  const auto size = image_size(file, path, layer.place + "/data");
  grid.height = size[0], grid.width = size[1];
  grid.projection = odim_text(file, layer.dataset, "where", "projdef");
  constexpr std::array names{"LL", "UL", "UR", "LR"};
  for (std::size_t i = 0; i < names.size(); ++i)
    grid.corners[i] = {where(file, layer, fmt::format("{}_lon", names[i])),
                       where(file, layer, fmt::format("{}_lat", names[i]))};
  return grid;
}

ToldScale read_scale(const hdf5::Handle& file, const OdimLayer& layer) {
  const auto told = [&](const char* name) {
    const double value = std::abs(where(file, layer, name));
    return std::isfinite(value) ? value : 0;
  };
  return {told("xscale"), told("yscale")};
}

/// Value = gain * number + offset; just the numbers where neither is given.
struct Scaling {
  double gain = 1, offset = 0;
};

Scaling read_scaling(const hdf5::Handle& file, const OdimLayer& layer) {
  const auto told = [&](const char* name, double otherwise) {
    const double value = odim_number(file, layer.place, "what", name);
    return std::isfinite(value) ? value : otherwise;
  };
  return {told("gain", 1), told("offset", 0)};
}

/// Checks that it is a map: by its object, or, where it states none, by a projection.
void check_object(const hdf5::Handle& file, const std::filesystem::path& path) {
  const std::string object = odim_text(file, "", "what", "object");
  if (object == "COMP" || object == "IMAGE") return;
  if (object.empty() && !odim_text(file, "dataset1", "where", "projdef").empty()) return;
  refuse(path,
         fmt::format("what/object is '{}'; give composites (COMP), made of the scans of one radar or more", object));
}

}  // namespace

bool is_odim(const hdf5::Handle& file) {
  return hdf5::has(file, "dataset1") && hdf5::has(file, "what");
}

std::vector<RadarImage> list_odim(const hdf5::Handle& file, const std::filesystem::path& path) {
  check_object(file, path);
  const auto [meaning, layers, note] = choose_odim_layers(file, path);
  const bool sequence = is_sequence(file, layers);
  std::vector<RadarImage> images;
  for (const OdimLayer& layer : std::span(layers).first(sequence ? layers.size() : 1)) {
    auto valid = time(odim_text(file, "", "what", "date"), odim_text(file, "", "what", "time"));
    const Period fell = period(file, layer);
    if (meaning == Meaning::amount && !fell.sound()) {
      const auto what = [&](const char* name) { return odim_text(file, layer.place, "what", name); };
      refuse(path,
             fmt::format("{}/what: starttime is not before endtime ('{}', '{}'), so its amounts are no rates; give "
                         "amounts with their interval, or RATE",
                         layer.dataset, what("starttime"), what("endtime")));
    }
    if (meaning == Meaning::amount || sequence) valid = fell.valid();
    if (!valid)
      refuse(path,
             fmt::format("what: date and time are '{}' and '{}', not YYYYMMDD and HHMMSS; mend them or leave it out",
                         odim_text(file, "", "what", "date"), odim_text(file, "", "what", "time")));
    RadarImage image{path, std::ssize(images), 0, *valid, RadarQuantity::rain_rate, read_grid(file, path, layer)};
    image.note = place_on_ground(image.grid, read_scale(file, layer), path, "where/projdef");
    if (image.note.empty()) image.note = note;
    image.variable = layer.quantity;
    image.amount = meaning == Meaning::amount;
    if (image.amount) image.hours = static_cast<double>(*fell.end - *fell.begin) / 3600;
    images.push_back(std::move(image));
  }
  return images;
}

RadarFrame read_odim(const hdf5::Handle& file, const RadarImage& image) {
  const OdimChoice choice = choose_odim_layers(file, image.path);
  const OdimLayer& layer = choice.layers.at(static_cast<std::size_t>(image.index));
  const auto what = [&](const char* name) { return odim_number(file, layer.place, "what", name); };
  const double nodata = what("nodata"), undetect = what("undetect");
  const auto [gain, offset] = read_scaling(file, layer);
  RadarFrame frame{image.time, image.quantity, image.grid, read_numbers(file, image.path, layer.place + "/data")};
  frame.scaling = fmt::format("gain {:g}, offset {:g}", gain, offset);
  const auto lost = static_cast<float>(nodata), dry = static_cast<float>(undetect);
  for (float& value : frame.values) {
    if (value == lost || std::isnan(value))
      value = std::numeric_limits<float>::quiet_NaN();
    else
      value = value == dry ? 0 : rate_of(choice.meaning, gain * value + offset, image.hours);
  }
  return frame;
}

}  // namespace stormsweep::radar
