#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>

struct pj_ctx;
struct PJconsts;

namespace stormsweep {

/// Degrees east and north on WGS84; NaN: nowhere.
struct GeoPoint {
  double longitude = 0, latitude = 0;
};
/// A point on a map, in its own units: mostly metres, kilometres with +units=km, degrees for longlat and a rotated
/// pole.
struct MapPoint {
  double x = 0, y = 0;
};

/// A map projection, by PROJ with its network off. Not for two threads at once.
class MapProjection {
 public:
  /// `definition`: a PROJ string ("+proj=stere ...", "+init=epsg:3035"), a code ("EPSG:3035") or the WKT of a
  /// coordinate reference system. An ellipsoid's +a and +b below 10,000 are taken for kilometres, as KNMI writes them,
  /// and then so are +x_0 and +y_0; all become metres. Throws InputError "<place> is '<definition>', ...".
  MapProjection(const std::string& definition, const std::string& place);

  MapPoint forward(GeoPoint point) const;  ///< NaN where the map does not reach
  GeoPoint inverse(MapPoint point) const;  ///< NaN outside the map
  /// As given, but in metres, and WKT as a PROJ string where PROJ can write one.
  const std::string& definition() const { return definition_; }

 private:
  std::string definition_;
  std::unique_ptr<pj_ctx, pj_ctx* (*)(pj_ctx*)> context_;
  std::unique_ptr<PJconsts, PJconsts* (*)(PJconsts*)> transformation_;
};

/// Outer edges of an image whose rows lie along the map's x axis, in the map's units. Where columns run west, east <
/// west.
struct MapBox {
  double west = 0, south = 0, east = 0, north = 0;
};
/// Longitude, latitude: lower left, upper left, upper right, lower right.
using MapCorners = std::array<std::array<double, 2>, 4>;

MapCorners corners_of(const MapProjection& map, const MapBox& box);
/// The box with these corners, to a hundredth of its sides; nothing where they are not the corners of a box.
std::optional<MapBox> box_of(const MapProjection& map, const MapCorners& corners);

/// The length of the geodesic on WGS84.
double ground_kilometres(GeoPoint a, GeoPoint b);
/// Width and height (km on the ground) of the pixel in the middle of an image of `width` x `height` pixels; NaN where
/// the map does not reach.
std::array<double, 2> ground_pixel(const MapProjection& map, const MapBox& box, double width, double height);

}  // namespace stormsweep
