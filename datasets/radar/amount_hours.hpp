#pragma once

#include <string>
#include <vector>

#include "datasets/radar/radar_image.hpp"

namespace stormsweep {

/// Gives amounts that do not tell in how many hours they fell (`hours` is 0) those since the image before, of images by
/// sequence and time. Where the gaps of a sequence are multiples of its shortest, images are missing between, and each
/// fell within the shortest. Returns what was so taken for granted, in words; empty: nothing. Throws InputError where
/// there is no image before.
std::string complete_hours(std::vector<RadarImage>& images);

}  // namespace stormsweep
