#include "datasets/radar/radar_odim.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <set>
#include <span>
#include <utility>

#include "datasets/radar/radar_format.hpp"
#include "datasets/radar/radar_place.hpp"

namespace stormsweep::radar {

namespace {

struct Quantity {
  const char* name;
  Meaning meaning;
};

// OPERA's information model (Michelson et al. 2014, EUMETNET ODIM_H5 2.2); the first of those in a file is taken. TH is
// reflectivity with all its clutter.
constexpr std::array quantities{Quantity{"RATE", Meaning::rate}, Quantity{"ACRR", Meaning::amount},
                                Quantity{"DBZH", Meaning::reflectivity}, Quantity{"TH", Meaning::reflectivity}};

/// An attribute of a group, or, where it has none, of the groups above it: "dataset1/data1/what", "dataset1/what",
/// "what".
template <class Read>
auto inherited(const hdf5::Handle& file, std::string place, const std::string& group, const Read& read) {
  while (true) {
    const std::string path = place.empty() ? group : place + "/" + group;
    if (hdf5::has(file, path)) {
      const hdf5::Handle handle(H5Gopen2(file, path.c_str(), H5P_DEFAULT), H5Gclose);
      if (auto value = read(handle)) return value;
    }
    if (place.empty()) return decltype(read(file))();
    const auto slash = place.rfind('/');
    place.resize(slash == std::string::npos ? 0 : slash);
  }
}

std::string text(const hdf5::Handle& file, const std::string& place, const std::string& group, const char* name) {
  return inherited(file, place, group, [&](const hdf5::Handle& at) { return hdf5::read_text(at, name); }).value_or("");
}

double number(const hdf5::Handle& file, const std::string& place, const std::string& group, const char* name) {
  return inherited(file, place, group, [&](const hdf5::Handle& at) { return hdf5::read_number(at, name); })
      .value_or(std::numeric_limits<double>::quiet_NaN());
}

/// A composite's image of one quantity.
struct Layer {
  std::string place;  // "dataset1/data1"
  std::string dataset;
  std::string quantity;
};

std::vector<Layer> list_layers(const hdf5::Handle& file) {
  std::vector<Layer> layers;
  for (int d = 1; hdf5::has(file, fmt::format("dataset{}", d)); ++d) {
    const std::string dataset = fmt::format("dataset{}", d);
    for (int i = 1; hdf5::has(file, fmt::format("{}/data{}/data", dataset, i)); ++i) {
      const std::string place = fmt::format("{}/data{}", dataset, i);
      layers.push_back({place, dataset, text(file, place, "what", "quantity")});
    }
  }
  return layers;
}

std::string words_of(const std::set<std::string>& names) {
  return names.empty() ? "missing" : fmt::format("{}", fmt::join(names, ", "));
}

/// What is taken of a file: the first of one quantity in each dataset, one at least.
struct Choice {
  Meaning meaning = Meaning::rate;
  std::vector<Layer> layers;
  std::string note;  // of other quantities that it might have been
};

Choice choose_layers(const hdf5::Handle& file, const std::filesystem::path& path) {
  const std::vector<Layer> layers = list_layers(file);
  std::set<std::string> names;
  for (const Layer& layer : layers) names.insert(layer.quantity.empty() ? "one without a name" : layer.quantity);
  const auto* const best =
      std::ranges::find_if(quantities, [&](const Quantity& known) { return names.contains(known.name); });
  if (best == quantities.end())
    refuse(path, fmt::format("its quantity is {}; give a composite of RATE, ACRR, DBZH or TH", words_of(names)));
  Choice choice{best->meaning, {}, {}};
  for (const Layer& layer : layers) {
    if (layer.quantity == best->name && (choice.layers.empty() || choice.layers.back().dataset != layer.dataset))
      choice.layers.push_back(layer);
  }
  std::erase_if(names, [&](const std::string& name) {
    return name == best->name ||
           std::ranges::none_of(quantities, [&](const Quantity& known) { return known.name == name; });
  });
  if (!names.empty()) choice.note = fmt::format("{} is taken; it also holds {}", best->name, words_of(names));
  return choice;
}

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
};

Period period(const hdf5::Handle& file, const Layer& layer) {
  const auto what = [&](const char* name) { return text(file, layer.place, "what", name); };
  return {time(what("startdate"), what("starttime")), time(what("enddate"), what("endtime"))};
}

/// Whether the layers are of several times, each later than the one before: a forecast's. Else only the first counts,
/// and holds at the file's own time.
bool is_sequence(const hdf5::Handle& file, const std::vector<Layer>& layers) {
  for (std::size_t i = 1; i < layers.size(); ++i) {
    const auto before = period(file, layers[i - 1]).end, end = period(file, layers[i]).end;
    if (!before || !end || *before >= *end) return false;
  }
  return layers.size() > 1;
}

double where(const hdf5::Handle& file, const Layer& layer, const std::string& name) {
  return number(file, layer.dataset, "where", name.c_str());
}

RadarGrid read_grid(const hdf5::Handle& file, const std::filesystem::path& path, const Layer& layer) {
  RadarGrid grid;
  const auto size = image_size(file, path, layer.place + "/data");
  grid.height = size[0], grid.width = size[1];
  grid.projection = text(file, layer.dataset, "where", "projdef");
  constexpr std::array names{"LL", "UL", "UR", "LR"};
  for (std::size_t i = 0; i < names.size(); ++i)
    grid.corners[i] = {where(file, layer, fmt::format("{}_lon", names[i])),
                       where(file, layer, fmt::format("{}_lat", names[i]))};
  return grid;
}

ToldScale read_scale(const hdf5::Handle& file, const Layer& layer) {
  const auto told = [&](const char* name) {
    const double value = std::abs(where(file, layer, name));
    return std::isfinite(value) ? value : 0;
  };
  return {told("xscale"), told("yscale")};
}

/// Value = gain * number + offset; the numbers as they are where neither is told.
struct Scaling {
  double gain = 1, offset = 0;
};

Scaling read_scaling(const hdf5::Handle& file, const Layer& layer) {
  const auto told = [&](const char* name, double otherwise) {
    const double value = number(file, layer.place, "what", name);
    return std::isfinite(value) ? value : otherwise;
  };
  return {told("gain", 1), told("offset", 0)};
}

}  // namespace

bool is_odim(const hdf5::Handle& file) {
  return hdf5::has(file, "dataset1") && hdf5::has(file, "what");
}

std::vector<RadarImage> list_odim(const hdf5::Handle& file, const std::filesystem::path& path) {
  const std::string object = text(file, "", "what", "object");
  if (object != "COMP" && object != "IMAGE")
    refuse(path,
           fmt::format("what/object is '{}'; give composites (COMP), made of the scans of one radar or more", object));
  const auto [meaning, layers, note] = choose_layers(file, path);
  const bool sequence = is_sequence(file, layers);
  std::vector<RadarImage> images;
  for (const Layer& layer : std::span(layers).first(sequence ? layers.size() : 1)) {
    auto valid = time(text(file, "", "what", "date"), text(file, "", "what", "time"));
    const Period fell = period(file, layer);
    if (meaning == Meaning::amount && !fell.sound()) {
      refuse(path,
             layer.dataset + "/what: starttime is not before endtime, or one is missing, so its amounts are no rates");
    }
    if (meaning == Meaning::amount || sequence) valid = fell.end;
    if (!valid) refuse(path, "what: date and time are not YYYYMMDD and HHMMSS");
    RadarImage image{path, std::ssize(images), 0, *valid, RadarQuantity::rain_rate, read_grid(file, path, layer)};
    image.note = place_on_ground(image.grid, read_scale(file, layer), path, "where/projdef");
    if (image.note.empty()) image.note = note;
    images.push_back(std::move(image));
  }
  return images;
}

RadarFrame read_odim(const hdf5::Handle& file, const RadarImage& image) {
  const Choice choice = choose_layers(file, image.path);
  const Layer& layer = choice.layers.at(static_cast<std::size_t>(image.index));
  const auto what = [&](const char* name) { return number(file, layer.place, "what", name); };
  const double nodata = what("nodata"), undetect = what("undetect");
  const auto [gain, offset] = read_scaling(file, layer);
  const Period fell = period(file, layer);
  const double hours = fell.sound() ? static_cast<double>(*fell.end - *fell.begin) / 3600 : 1;
  RadarFrame frame{image.time, image.quantity, image.grid, read_numbers(file, image.path, layer.place + "/data")};
  frame.scaling = fmt::format("gain {:g}, offset {:g}", gain, offset);
  const auto lost = static_cast<float>(nodata), dry = static_cast<float>(undetect);
  for (float& value : frame.values) {
    if (value == lost || std::isnan(value))
      value = std::numeric_limits<float>::quiet_NaN();
    else
      value = value == dry ? 0 : rate_of(choice.meaning, gain * value + offset, hours);
  }
  return frame;
}

}  // namespace stormsweep::radar
