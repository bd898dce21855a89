#pragma once

#include <netcdf.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace stormsweep {

/// A small CF file: fields [time, latitude, longitude] of floats, or [latitude, longitude] where there are no times.
struct ClimateMaker {
  std::vector<double> latitudes{-60, 0, 60}, longitudes{0, 90, 180, 270};
  std::string latitude_name = "lat", longitude_name = "lon";
  std::size_t times = 0;
  std::map<std::string, std::vector<float>> fields;
  std::map<std::string, std::map<std::string, std::string>> attributes;  ///< of fields
  float fill = -999;
  int format = NC_CLASSIC_MODEL;

  void write(const std::filesystem::path& path) const {
    int file = 0, dims[3] = {}, latitude = 0, longitude = 0;
    nc_create(path.c_str(), NC_CLOBBER | (format == NC_NETCDF4 ? NC_NETCDF4 : 0), &file);
    if (times > 0) nc_def_dim(file, "time", times, &dims[0]);
    nc_def_dim(file, latitude_name.c_str(), latitudes.size(), &dims[1]);
    nc_def_dim(file, longitude_name.c_str(), longitudes.size(), &dims[2]);
    nc_def_var(file, latitude_name.c_str(), NC_DOUBLE, 1, &dims[1], &latitude);
    nc_def_var(file, longitude_name.c_str(), NC_DOUBLE, 1, &dims[2], &longitude);
    std::map<std::string, int> numbers;
    for (const auto& [name, values] : fields) {
      int& number = numbers[name];
      nc_def_var(file, name.c_str(), NC_FLOAT, times > 0 ? 3 : 2, times > 0 ? dims : dims + 1, &number);
      nc_put_att_float(file, number, "_FillValue", NC_FLOAT, 1, &fill);
      if (!attributes.contains(name)) continue;
      for (const auto& [attribute, text] : attributes.at(name))
        nc_put_att_text(file, number, attribute.c_str(), text.size(), text.c_str());
    }
    nc_enddef(file);
    nc_put_var_double(file, latitude, latitudes.data());
    nc_put_var_double(file, longitude, longitudes.data());
    for (const auto& [name, values] : fields) nc_put_var_float(file, numbers[name], values.data());
    nc_close(file);
  }
};

}  // namespace stormsweep
