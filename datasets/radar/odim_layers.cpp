#include "datasets/radar/odim_layers.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

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
    if (const hdf5::Handle handle = hdf5::open_object(file, path))
      if (auto value = read(handle)) return value;
    if (place.empty()) return decltype(read(file))();
    const auto slash = place.rfind('/');
    place.resize(slash == std::string::npos ? 0 : slash);
  }
}

std::vector<OdimLayer> list_layers(const hdf5::Handle& file) {
  std::vector<OdimLayer> layers;
  for (int d = 1; hdf5::has(file, fmt::format("dataset{}", d)); ++d) {
    const std::string dataset = fmt::format("dataset{}", d);
    for (int i = 1; hdf5::has(file, fmt::format("{}/data{}/data", dataset, i)); ++i) {
      const std::string place = fmt::format("{}/data{}", dataset, i);
      layers.push_back({place, dataset, odim_text(file, place, "what", "quantity")});
    }
  }
  return layers;
}

std::string words_of(const std::set<std::string>& names) {
  return names.empty() ? "missing" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string odim_text(const hdf5::Handle& file, const std::string& place, const std::string& group, const char* name) {
  return inherited(file, place, group, [&](const hdf5::Handle& at) { return hdf5::read_text(at, name); }).value_or("");
}

double odim_number(const hdf5::Handle& file, const std::string& place, const std::string& group, const char* name) {
  return inherited(file, place, group, [&](const hdf5::Handle& at) { return hdf5::read_number(at, name); })
      .value_or(std::numeric_limits<double>::quiet_NaN());
}

OdimChoice choose_odim_layers(const hdf5::Handle& file, const std::filesystem::path& path) {
  const std::vector<OdimLayer> layers = list_layers(file);
  std::set<std::string> names;
  for (const OdimLayer& layer : layers) names.insert(layer.quantity.empty() ? "one without a name" : layer.quantity);
  const auto* const best =
      std::ranges::find_if(quantities, [&](const Quantity& known) { return names.contains(known.name); });
  if (best == quantities.end())
    refuse(path, fmt::format("its quantity is {}; give a composite of RATE, ACRR, DBZH or TH", words_of(names)));
  OdimChoice choice{best->meaning, {}, {}};
  for (const OdimLayer& layer : layers) {
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

}  // namespace stormsweep::radar
