#include "datasets/climate/climate_map_writer.hpp"

#include <fmt/format.h>
#include <netcdf.h>
#include <netcdf_mem.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <memory>

#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// The beginning of a month in days since 1970-01-01.
double day_of(ClimateMonth month) {
  using namespace std::chrono;
  const year_month_day first{year(year_of(month)), std::chrono::month(static_cast<unsigned>(month_of_year(month))),
                             day(1)};
  return static_cast<double>(sys_days(first).time_since_epoch().count());
}

const std::map<std::string, std::string> standard_names{{"tas", "air_temperature"}, {"pr", "lwe_precipitation_rate"}};

/// A file that is made in memory, as libnetcdf crashes where a disk does not take a file's last bytes. Every library
/// call that fails throws.
class Writing {
 public:
  explicit Writing(const fs::path& path) : path_(path) { must(nc_create_mem(path.c_str(), NC_NETCDF4, 0, &id_)); }
  Writing(const Writing&) = delete;
  ~Writing() {
    if (id_ >= 0) nc_close(id_);
  }

  int dimension(const char* name, std::size_t length) {
    int number = 0;
    must(nc_def_dim(id_, name, length, &number));
    return number;
  }
  int variable(const std::string& name, nc_type type, const std::vector<int>& dimensions,
               const std::map<std::string, std::string>& attributes) {
    int number = 0;
    must(nc_def_var(id_, name.c_str(), type, static_cast<int>(dimensions.size()), dimensions.data(), &number));
    for (const auto& [key, value] : attributes) attribute(number, key, value);
    return number;
  }
  void attribute(int variable, const std::string& name, const std::string& value) {
    must(nc_put_att_text(id_, variable, name.c_str(), value.size(), value.data()));
  }
  void compress(int variable) { must(nc_def_var_deflate(id_, variable, /*shuffle=*/1, 1, /*level=*/1)); }
  void put(int variable, std::span<const double> values) { must(nc_put_var_double(id_, variable, values.data())); }
  void put(int variable, std::span<const float> values) { must(nc_put_var_float(id_, variable, values.data())); }
  /// Its bytes, when all is put.
  std::string close() {
    NC_memio made{};
    must(nc_close_memio(std::exchange(id_, -1), &made));
    const std::unique_ptr<void, void (*)(void*)> owner(made.memory, std::free);
    return {static_cast<const char*>(made.memory), made.size};
  }

 private:
  void must(int status) const {
    if (status == NC_NOERR) return;
    throw InputError(
        fmt::format("{}: cannot be written ({}); {}", path_.string(), nc_strerror(status), AtomicFile::usual_remedy));
  }

  const fs::path& path_;
  int id_ = -1;
};

void put_time(Writing& file, const ClimateMaps& maps, int time) {
  const int both = file.dimension("bounds", 2);
  const int middle = file.variable("time", NC_DOUBLE, {time},
                                   {{"standard_name", "time"},
                                    {"units", "days since 1970-01-01"},
                                    {"calendar", "standard"},
                                    {"axis", "T"},
                                    {"bounds", "time_bounds"}});
  const int edges = file.variable("time_bounds", NC_DOUBLE, {time, both}, {});
  std::vector<double> middles, bounds;
  for (std::int64_t m = 0; m < maps.months; ++m) {
    const auto month = static_cast<ClimateMonth>(maps.begin + m);
    const double from = day_of(month), to = day_of(month + 1);
    middles.push_back((from + to) / 2);
    bounds.insert(bounds.end(), {from, to});
  }
  file.put(middle, middles);
  file.put(edges, bounds);
}

int put_degrees(Writing& file, const char* name, const char* unit, const char* axis,
                const std::vector<double>& degrees) {
  const int dimension = file.dimension(name, degrees.size());
  file.put(file.variable(name, NC_DOUBLE, {dimension}, {{"standard_name", name}, {"units", unit}, {"axis", axis}}),
           degrees);
  return dimension;
}

}  // namespace

void write_climate_maps(const fs::path& path, const ClimateMaps& maps) {
  AtomicFile whole(path);
  Writing file(path);
  file.attribute(NC_GLOBAL, "Conventions", "CF-1.8");
  file.attribute(NC_GLOBAL, "title", maps.title);
  file.attribute(NC_GLOBAL, "source", maps.source);
  const int time = file.dimension("time", static_cast<std::size_t>(maps.months));
  put_time(file, maps, time);
  const int latitude = put_degrees(file, "latitude", "degrees_north", "Y", maps.grid.latitudes),
            longitude = put_degrees(file, "longitude", "degrees_east", "X", maps.grid.longitudes);
  for (const ClimateMaps::Field& field : maps.fields) {
    std::map<std::string, std::string> attributes{{"units", field.unit}, {"cell_methods", "time: mean"}};
    if (const auto found = standard_names.find(field.name); found != standard_names.end())
      attributes["standard_name"] = found->second;
    const int variable = file.variable(field.name, NC_FLOAT, {time, latitude, longitude}, attributes);
    file.compress(variable);
    file.put(variable, field.values);
  }
  whole.write(file.close());
  whole.commit();
}

}  // namespace stormsweep
