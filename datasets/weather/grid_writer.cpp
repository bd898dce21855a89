#include "datasets/weather/grid_writer.hpp"

#include <array>
#include <vector>

namespace stormsweep {

namespace {

bool write_degrees(const hdf5::Handle& file, const char* name, const char* unit, const std::vector<double>& degrees) {
  const std::array<hsize_t, 1> shape{degrees.size()};
  const hdf5::Handle dataset = hdf5::create(file, name, hdf5::type_of<double>(), shape);
  return dataset && hdf5::write_rows(dataset, 0, shape[0], degrees.data()) &&
         hdf5::write_attribute(dataset, "units", std::string(unit));
}

}  // namespace

bool write_grid(const hdf5::Handle& file, const WeatherGrid& grid) {
  return write_degrees(file, "latitude", "degrees_north", grid.latitudes) &&
         write_degrees(file, "longitude", "degrees_east", grid.longitudes);
}

}  // namespace stormsweep
