#pragma once

#include <filesystem>
#include <string>

#include "datasets/files/map_projection.hpp"
#include "datasets/radar/radar_frame.hpp"

namespace stormsweep::radar {

/// A pixel's size as a file gives it, along the axes of its map: in the map's units or in kilometres; 0: unknown.
struct ToldScale {
  double x = 0, y = 0;
};

/// Completes a grid whose size, projection and corners are as in its file, as far as known: the size of the middle
/// pixel on the ground; corners that follow from another and the scale; a projection in metres. Where corners and scale
/// disagree, the corners count. Returns in words where the file contradicts itself; empty: nowhere. `field`: the
/// projection's place in the file. Throws InputError: a projection that PROJ does not know.
std::string place_on_ground(RadarGrid& grid, const ToldScale& told, const std::filesystem::path& path,
                            const std::string& field);

/// The same for a grid whose size, `map` and `box` on it are known.
void place_in_box(RadarGrid& grid, const MapBox& box, const MapProjection& map);

}  // namespace stormsweep::radar
