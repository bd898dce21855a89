#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "datasets/files/field_layout.hpp"
#include "datasets/radar/radar_format.hpp"

namespace stormsweep::radar {

/// A field of rain or reflectivity.
struct NetcdfRain {
  netcdf::Variable variable;
  netcdf::FieldLayout layout;
  Meaning meaning = Meaning::rate;
  double factor = 1;  ///< to mm/h, mm or dBZ
  std::size_t frames() const { return layout.time ? variable.shape[*layout.time] : 1; }
};

/// `variable` as such a field, whatever its name; nothing where its unit or dimensions do not fit one.
std::optional<NetcdfRain> as_rain(const netcdf::File& file, const netcdf::Variable& variable);

struct NetcdfChoice {
  NetcdfRain rain;
  std::string note;  ///< on other fields that might have been meant; empty: none
};
/// The field called `name`; where that is empty, the one that is most likely all of the rain: recognised by its
/// standard name or its own, else by its long name; a rate rather than an amount; and not a part of the rain, an
/// intermediate estimate, or its quality, error or source. Throws InputError: there is none, or none of a known unit.
NetcdfChoice choose_rain(const netcdf::File& file, const std::filesystem::path& path, const std::string& name);

}  // namespace stormsweep::radar
