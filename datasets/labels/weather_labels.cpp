#include "datasets/labels/weather_labels.hpp"

#include <array>

#include "datasets/files/partial_file.hpp"
#include "datasets/weather/grid_writer.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

/// The field that the rules ask for, or nothing.
const std::vector<float>* moisture_of(const WeatherMoment& moment, const LabelRules& rules) {
  const bool transport = rules.river_field ? *rules.river_field == RiverField::transport : !moment.transport.empty();
  const std::vector<float>& field = transport ? moment.transport : moment.tmq;
  return field.empty() ? nullptr : &field;
}

bool write_rules(const hdf5::Handle& labels, const WeatherMoment& moment, const WeatherLabels& found,
                 const LabelRules& rules) {
  bool good = hdf5::write_attribute(labels, "classes", std::string(weather_class_meanings)) &&
              hdf5::write_attribute(labels, "river_field", found.moisture_name);
  const auto tell = [&](const char* name, double value) { good = good && hdf5::write_attribute(labels, name, value); };
  const RiverRule& river = rules.river;
  if (river.threshold)
    tell("river_threshold", *river.threshold);
  else
    tell("river_percentile", river.percentile);
  tell("river_damping_degrees", river.damping);
  good = good && hdf5::write_attribute(labels, "river_width", std::string(word_of(river.width)));
  tell("river_shortest_km", river.shortest), tell("river_widest_km", river.widest);
  if (!moment.tells_cyclones()) return good;
  const CycloneRule cyclone = rule_on(moment.grid, rules.cyclone);
  tell("cyclone_vorticity", cyclone.vorticity), tell("cyclone_warm_core", cyclone.warm_core);
  tell("cyclone_pressure_drop", cyclone.pressure_drop), tell("cyclone_percentile", cyclone.percentile);
  tell("cyclone_near_degrees", cyclone.near), tell("cyclone_far_degrees", cyclone.far);
  tell("cyclone_box_degrees", cyclone.box), tell("cyclone_poleward_degrees", cyclone.poleward);
  return good;
}

}  // namespace

WeatherLabels label_weather(const WeatherMoment& moment, const LabelRules& rules, const std::filesystem::path& file) {
  const std::vector<float>* const moisture = moisture_of(moment, rules);
  if (!moisture)
    throw InputError(file.string() + ": has no " +
                     (rules.river_field == RiverField::tmq ? "water vapour path (TMQ)" : "vapour transport (IVT)") +
                     "; choose the other --river-field");
  WeatherLabels labels;
  labels.moisture = *moisture;
  const bool transport = moisture == &moment.transport;
  labels.moisture_name = transport ? moment.transport_name : "TMQ";
  labels.moisture_unit = transport ? moment.transport_unit : "kg/m2";
  labels.rivers = find_rivers(moment.grid, labels.moisture, rules.river);
  if (moment.tells_cyclones()) {
    const CycloneFields fields{moment.tmq,  moment.u850, moment.v850, moment.psl,
                               moment.t200, moment.t500, moment.prect};
    labels.cyclones = find_cyclones(moment.grid, fields, rules.cyclone);
  }
  labels.classes.resize(labels.moisture.size());
  const auto paint = [&](const std::vector<std::int64_t>& pixels, std::uint8_t colour) {
    for (const std::int64_t pixel : pixels) labels.classes[static_cast<std::size_t>(pixel)] = colour;
  };
  for (const SphereRegion& river : labels.rivers) paint(river.pixels, 2);
  for (const Cyclone& cyclone : labels.cyclones) paint(cyclone.pixels, 1);
  return labels;
}

void write_weather_labels(const std::filesystem::path& path, const WeatherMoment& moment, const WeatherLabels& labels,
                          const LabelRules& rules) {
  const std::vector<std::int32_t> classes(labels.classes.begin(), labels.classes.end());
  const std::array<hsize_t, 3> shape{1, moment.grid.latitudes.size(), moment.grid.longitudes.size()};
  const auto lock = hdf5::lock();
  PartialFile partial(path);
  bool good = true;
  {
    const hdf5::Handle& file = partial.file();
    const hdf5::Handle group(H5Gcreate2(file, "climate", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Gclose);
    const hdf5::Handle dataset = hdf5::create(group, "labels", hdf5::type_of<std::int32_t>(), shape);
    good = dataset && hdf5::write_rows(dataset, 0, 1, classes.data()) && write_rules(dataset, moment, labels, rules) &&
           write_grid(file, moment.grid);
  }
  partial.seal(good);
  partial.publish();
}

}  // namespace stormsweep
