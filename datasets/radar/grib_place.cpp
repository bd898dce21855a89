#include "datasets/radar/grib_place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "datasets/files/map_projection.hpp"
#include "datasets/radar/radar_format.hpp"
#include "datasets/radar/radar_place.hpp"

namespace stormsweep::radar {

namespace {

using grib::Message;

/// The grid's size, and the corner at which its numbers begin.
struct Lattice {
  std::int64_t rows = 0, columns = 0;
  bool west = false, north = false;  ///< the directions of its lines from the first point
};

Lattice read_lattice(const Message& message, const std::filesystem::path& path) {
  const auto rows = message.integer("Nj"), columns = message.integer("Ni");
  const auto map_rows = message.integer("Ny"), map_columns = message.integer("Nx");
  Lattice lattice{rows.value_or(map_rows.value_or(0)), columns.value_or(map_columns.value_or(0)),
                  message.integer("iScansNegatively").value_or(0) != 0,
                  message.integer("jScansPositively").value_or(0) != 0};
  if (lattice.rows > 0 && lattice.columns > 0) return lattice;
  refuse(path,
         fmt::format("its grid is {}, not one of rows and columns; give a regular one", message.text("gridType")));
}

/// A grid of latitude and longitude, rotated or not, in degrees.
struct Degrees {
  double west = 0, south = 0, dx = 0, dy = 0;  ///< the outermost points, and the steps from one to the next
};

Degrees read_degrees(const Message& message, const Lattice& lattice) {
  const auto real = [&](const char* key) { return message.real(key).value_or(NAN); };
  const double first = real("longitudeOfFirstGridPointInDegrees"), last = real("longitudeOfLastGridPointInDegrees");
  const double one = real("latitudeOfFirstGridPointInDegrees"), other = real("latitudeOfLastGridPointInDegrees");
  double west = lattice.west ? last : first, east = lattice.west ? first : last;
  if (east < west) west -= 360;
  if (west >= 180) west -= 360, east -= 360;
  return {west, std::min(one, other),
          (east - west) / static_cast<double>(std::max<std::int64_t>(lattice.columns - 1, 1)),
          std::abs(one - other) / static_cast<double>(std::max<std::int64_t>(lattice.rows - 1, 1))};
}

MapBox box_around(double west, double south, double dx, double dy, const Lattice& lattice) {
  west -= dx / 2, south -= dy / 2;
  return {west, south, west + dx * static_cast<double>(lattice.columns),
          south + dy * static_cast<double>(lattice.rows)};
}

/// The box on a map, from the first point's latitude and longitude and steps in metres.
MapBox box_on_map(const Message& message, const Lattice& lattice, const MapProjection& map) {
  const auto step = [&](const char* one, const char* other, const char* third) {
    return message.real(one).value_or(message.real(other).value_or(message.real(third).value_or(NAN)));
  };
  const double dx = step("DxInMetres", "DiInMetres", "xDirectionGridLengthInMetres"),
               dy = step("DyInMetres", "DjInMetres", "yDirectionGridLengthInMetres");
  const MapPoint first = map.forward({message.real("longitudeOfFirstGridPointInDegrees").value_or(NAN),
                                      message.real("latitudeOfFirstGridPointInDegrees").value_or(NAN)});
  const double west = lattice.west ? first.x - dx * static_cast<double>(lattice.columns - 1) : first.x;
  const double south = lattice.north ? first.y : first.y - dy * static_cast<double>(lattice.rows - 1);
  return box_around(west, south, dx, dy, lattice);
}

/// The ellipsoid, as a PROJ string (WMO's table 3.2).
std::string earth_of(const Message& message) {
  const auto major = message.real("earthMajorAxisInMetres"), minor = message.real("earthMinorAxisInMetres");
  const bool oblate = message.integer("earthIsOblate").value_or(0) != 0;
  if (oblate && major && minor) return fmt::format("+a={} +b={}", *major, *minor);
  if (oblate) return "+ellps=WGS84";
  return fmt::format("+R={}", message.real("radiusInMetres").value_or(6'371'229));
}

/// The grid's map as a PROJ string; empty: unknown. ecCodes has a key for it, but version 2.28 crashes on that.
std::string projection_of(const Message& message) {
  const std::string type = message.text("gridType"), earth = earth_of(message);
  const auto degrees = [&](const char* key) { return message.real(key).value_or(0); };
  if (type == "regular_ll" || type == "regular_gg") return "+proj=longlat +datum=WGS84";
  if (type == "rotated_ll") {
    return fmt::format("+proj=ob_tran +o_proj=longlat +o_lon_p={} +o_lat_p={} +lon_0={} {}",
                       degrees("angleOfRotationInDegrees"), -degrees("latitudeOfSouthernPoleInDegrees"),
                       degrees("longitudeOfSouthernPoleInDegrees"), earth);
  }
  if (type == "lambert") {
    return fmt::format("+proj=lcc +lat_1={} +lat_2={} +lat_0={} +lon_0={} {}", degrees("Latin1InDegrees"),
                       degrees("Latin2InDegrees"), degrees("LaDInDegrees"), degrees("LoVInDegrees"), earth);
  }
  if (type == "polar_stereographic") {
    const bool south = (message.integer("projectionCentreFlag").value_or(0) & 128) != 0;
    return fmt::format("+proj=stere +lat_0={} +lat_ts={} +lon_0={} {}", south ? -90 : 90, degrees("LaDInDegrees"),
                       degrees("orientationOfTheGridInDegrees"), earth);
  }
  if (type == "mercator") return fmt::format("+proj=merc +lat_ts={} +lon_0=0 {}", degrees("LaDInDegrees"), earth);
  if (type == "lambert_azimuthal_equal_area") {
    return fmt::format("+proj=laea +lat_0={} +lon_0={} {}", degrees("standardParallelInDegrees"),
                       degrees("centralLongitudeInDegrees"), earth);
  }
  return "";
}

}  // namespace

RadarGrid read_grib_grid(const Message& message, const std::filesystem::path& path) {
  const Lattice lattice = read_lattice(message, path);
  RadarGrid grid{.height = lattice.rows, .width = lattice.columns, .projection = projection_of(message)};
  if (grid.projection.empty()) return grid;
  const MapProjection map(grid.projection,
                          path.string() + ": the projection of its " + message.text("gridType") + " grid");
  const bool degrees = grid.projection.find("longlat") != std::string::npos;
  const Degrees at = degrees ? read_degrees(message, lattice) : Degrees();
  place_in_box(grid, degrees ? box_around(at.west, at.south, at.dx, at.dy, lattice) : box_on_map(message, lattice, map),
               map);
  return grid;
}

}  // namespace stormsweep::radar
