#pragma once

#include <string>

#include "datasets/files/netcdf.hpp"

namespace stormsweep::netcdf {

/// A field's map, from its grid_mapping, whose variable may hold a PROJ string, or CF's attributes (CF conventions,
/// appendix F), or WKT; else from an attribute of the file (NWC SAF's gdal_projection).
struct GridMapping {
  std::string definition;  ///< PROJ string or WKT; empty: unknown
  std::string name;        ///< CF's grid_mapping_name; empty: it has none
  std::string variable;    ///< the one that describes it; empty: there is none
  double height = 0;       ///< of a satellite above the ground, metres; scan angles times it are metres; 0: none
};
GridMapping grid_mapping_of(const File& file, const Variable& field);

}  // namespace stormsweep::netcdf
