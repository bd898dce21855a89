#include "datasets/files/map_projection.hpp"

#include <fmt/format.h>
#include <geodesic.h>
#include <proj.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <regex>

#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

using Crs = std::unique_ptr<PJ, decltype(&proj_destroy)>;

/// Turns an ellipsoid, false eastings and northings in kilometres into metres; leaves anything else as it is.
std::string in_metres(const std::string& definition) {
  if (definition.size() > 10'000) return definition;  // std::regex takes some of the stack for each letter
  static const std::regex axis(R"((^|[\s+])a=([-+.0-9eE]+))"), length(R"((^|[\s+])(a|b|R|x_0|y_0)=([-+.0-9eE]+))");
  std::smatch found;
  if (!std::regex_search(definition, found, axis) || std::strtod(found.str(2).c_str(), nullptr) >= 10'000)
    return definition;
  std::string result;
  auto rest = definition.cbegin();
  for (std::sregex_iterator i(definition.begin(), definition.end(), length), end; i != end; ++i) {
    result.append(rest, (*i)[3].first);
    result += fmt::format("{:.12g}", 1000 * std::strtod(i->str(3).c_str(), nullptr));
    rest = (*i)[3].second;
  }
  return result.append(rest, definition.cend());
}

/// A PROJ string names an operation; with this it names a coordinate reference system.
std::string as_system(const std::string& definition) {
  const bool proj_string = definition.find("proj=") != std::string::npos && definition.find('[') == std::string::npos;
  return proj_string && definition.find("type=crs") == std::string::npos ? definition + " +type=crs" : definition;
}

PJ_COORD through(PJ* transformation, PJ_DIRECTION direction, double first, double second) {
  proj_errno_reset(transformation);
  const PJ_COORD result = proj_trans(transformation, direction, proj_coord(first, second, 0, 0));
  const bool good = std::isfinite(result.xy.x) && std::isfinite(result.xy.y);
  return good ? result : proj_coord(none, none, 0, 0);
}

}  // namespace

MapProjection::MapProjection(const std::string& definition, const std::string& place)
    : definition_(definition),
      context_(proj_context_create(), proj_context_destroy),
      transformation_(nullptr, proj_destroy) {
  PJ_CONTEXT* const context = context_.get();
  proj_log_func(context, nullptr, [](void*, int, const char*) {});
  proj_context_set_enable_network(context, 0);
  proj_context_use_proj4_init_rules(context, 1);
  const auto refuse = [&] {
    const int error = proj_context_errno(context);
    throw InputError(fmt::format("{} is '{}', which PROJ does not know{}; give a PROJ string, an EPSG code or WKT",
                                 place, definition,
                                 error ? fmt::format(" ({})", proj_context_errno_string(context, error)) : ""));
  };
  definition_ = in_metres(definition);
  const Crs system(proj_create(context, as_system(definition_).c_str()), proj_destroy);
  const Crs globe(proj_create(context, "EPSG:4326"), proj_destroy);
  if (!globe)
    throw InputError(
        place +
        ": PROJ does not find its database, proj.db; install it (Debian: proj-data), or name its folder in PROJ_LIB");
  if (!system || !proj_is_crs(system.get())) refuse();
  const char* const words = definition.find('[') != std::string::npos
                                ? proj_as_proj_string(context, system.get(), PJ_PROJ_4, nullptr)
                                : nullptr;
  if (words) definition_ = std::regex_replace(std::string(words), std::regex(R"( \+type=crs)"), "");
  const Crs plain(proj_create_crs_to_crs_from_pj(context, globe.get(), system.get(), nullptr, nullptr), proj_destroy);
  if (plain) transformation_.reset(proj_normalize_for_visualization(context, plain.get()));
  if (!transformation_) refuse();
}

MapPoint MapProjection::forward(GeoPoint point) const {
  const PJ_COORD there = through(transformation_.get(), PJ_FWD, point.longitude, point.latitude);
  return {there.xy.x, there.xy.y};
}

GeoPoint MapProjection::inverse(MapPoint point) const {
  const PJ_COORD there = through(transformation_.get(), PJ_INV, point.x, point.y);
  return {there.xy.x, there.xy.y};
}

MapCorners corners_of(const MapProjection& map, const MapBox& box) {
  const auto corner = [&](double x, double y) -> std::array<double, 2> {
    const GeoPoint point = map.inverse({x, y});
    return {point.longitude, point.latitude};
  };
  return {corner(box.west, box.south), corner(box.west, box.north), corner(box.east, box.north),
          corner(box.east, box.south)};
}

std::optional<MapBox> box_of(const MapProjection& map, const MapCorners& corners) {
  std::array<MapPoint, 4> at;
  std::ranges::transform(corners, at.begin(), [&](const auto& corner) { return map.forward({corner[0], corner[1]}); });
  const auto& [lower_left, upper_left, upper_right, lower_right] = at;
  const MapBox box{(lower_left.x + upper_left.x) / 2, (lower_left.y + lower_right.y) / 2,
                   (lower_right.x + upper_right.x) / 2, (upper_left.y + upper_right.y) / 2};
  const double slack = std::min(std::abs(box.east - box.west), std::abs(box.north - box.south)) / 100;
  const bool square = std::abs(lower_left.x - upper_left.x) < slack &&
                      std::abs(lower_right.x - upper_right.x) < slack &&
                      std::abs(lower_left.y - lower_right.y) < slack && std::abs(upper_left.y - upper_right.y) < slack;
  return square ? std::optional(box) : std::nullopt;  // NaNs are not square
}

double ground_kilometres(GeoPoint a, GeoPoint b) {
  geod_geodesic globe{};
  geod_init(&globe, 6378137, 1 / 298.257223563);
  double metres = none;
  geod_inverse(&globe, a.latitude, a.longitude, b.latitude, b.longitude, &metres, nullptr, nullptr);
  return metres / 1000;
}

std::array<double, 2> ground_pixel(const MapProjection& map, const MapBox& box, double width, double height) {
  const double x = (box.west + box.east) / 2, y = (box.south + box.north) / 2;
  const double dx = (box.east - box.west) / width / 2, dy = (box.north - box.south) / height / 2;
  return {ground_kilometres(map.inverse({x - dx, y}), map.inverse({x + dx, y})),
          ground_kilometres(map.inverse({x, y - dy}), map.inverse({x, y + dy}))};
}

}  // namespace stormsweep
