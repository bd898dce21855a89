#include "datasets/labels/weather_moment.hpp"

#include <functional>

#include "datasets/files/hdf5.hpp"
#include "datasets/labels/river_labels.hpp"
#include "datasets/weather/weather_file.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

const char* const column_transport = "wind at 850 hPa x TMQ";
const char* const transport_unit = "kg/(m s)";

bool is_sample(const std::filesystem::path& path) {
  return path.extension() == ".h5";
}

WeatherMoment moment_of(const WeatherGrid& grid, const std::function<std::vector<float>(WeatherChannel)>& channel) {
  WeatherMoment moment;
  moment.grid = grid;
  moment.tmq = channel(WeatherChannel::tmq);
  moment.u850 = channel(WeatherChannel::u850), moment.v850 = channel(WeatherChannel::v850);
  moment.psl = channel(WeatherChannel::psl), moment.prect = channel(WeatherChannel::prect);
  moment.t200 = channel(WeatherChannel::t200), moment.t500 = channel(WeatherChannel::t500);
  moment.transport = vapour_transport(moment.u850, moment.v850, moment.tmq);
  moment.transport_name = column_transport, moment.transport_unit = transport_unit;
  return moment;
}

WeatherMoment read_sample(const std::filesystem::path& path) {
  const WeatherFile file(path);
  const auto pixels = static_cast<std::size_t>(file.height() * file.width());
  if (file.height() < 3 || file.width() < 3)
    throw InputError(path.string() + ": is smaller than 3 x 3 pixels; give a map of the Earth");
  std::vector<float> fields(pixels * weather_channels);
  file.read(fields);
  WeatherMoment moment = moment_of(global_grid(file.height(), file.width()), [&](WeatherChannel which) {
    std::vector<float> values(pixels);
    for (std::size_t i = 0; i < pixels; ++i) values[i] = fields[i * weather_channels + static_cast<std::size_t>(which)];
    return values;
  });
  if (file.labelings() > 0) {
    moment.truth.resize(pixels);
    file.read_labels(0, moment.truth);
  }
  return moment;
}

WeatherMoment read_cf_weather(const CfWeatherFile& file, std::int64_t number) {
  const auto field = [&](LabelField which) {
    return file.has(which) ? file.read(which, number) : std::vector<float>();
  };
  WeatherMoment moment;
  moment.grid = file.grid();
  moment.tmq = field(LabelField::tmq);
  moment.u850 = field(LabelField::u850), moment.v850 = field(LabelField::v850);
  moment.psl = field(LabelField::psl), moment.prect = field(LabelField::prect);
  moment.t200 = field(LabelField::t200), moment.t500 = field(LabelField::t500);
  moment.transport_name = "IVT", moment.transport_unit = transport_unit;
  if (file.has(LabelField::transport)) {
    moment.transport = field(LabelField::transport);
  } else if (file.has(LabelField::transport_east) && file.has(LabelField::transport_north)) {
    const std::vector<float> ones(moment.grid.latitudes.size() * moment.grid.longitudes.size(), 1);
    moment.transport = vapour_transport(field(LabelField::transport_east), field(LabelField::transport_north), ones);
  } else if (!moment.u850.empty() && !moment.v850.empty() && !moment.tmq.empty()) {
    moment.transport = vapour_transport(moment.u850, moment.v850, moment.tmq);
    moment.transport_name = column_transport;
  } else if (!moment.u850.empty() && !moment.v850.empty() && file.has(LabelField::q)) {
    moment.transport = vapour_transport(moment.u850, moment.v850, file.read(LabelField::q, number));
    moment.transport_name = "wind at 850 hPa x Q", moment.transport_unit = "m/s";
  }
  return moment;
}

}  // namespace

bool WeatherMoment::tells_cyclones() const {
  for (const auto* field : {&tmq, &u850, &v850, &psl, &t200, &t500, &prect}) {
    if (field->empty()) return false;
  }
  return true;
}

std::int64_t count_moments(const std::filesystem::path& path) {
  if (is_sample(path)) return 1;
  const auto lock = hdf5::lock();
  return CfWeatherFile(path).moments();
}

WeatherMoment moment_of(const WeatherGrid& grid, std::span<const float> fields) {
  return moment_of(grid, [&](WeatherChannel which) {
    const auto plane = fields.subspan(static_cast<std::size_t>(which) * fields.size() / weather_channels,
                                      fields.size() / weather_channels);
    return std::vector<float>(plane.begin(), plane.end());
  });
}

const CfWeatherFile& MomentReader::open(const std::filesystem::path& path) {
  if (file_ && path_ == path) return *file_;
  file_.reset();
  path_ = path;
  return file_.emplace(path);
}

WeatherMoment MomentReader::read(const std::filesystem::path& path, std::int64_t moment) {
  if (is_sample(path)) return read_sample(path);
  const auto lock = hdf5::lock();  // libnetcdf reads NetCDF-4 by way of HDF5
  return read_cf_weather(open(path), moment);
}

}  // namespace stormsweep
