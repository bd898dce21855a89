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

/// Leaves out GRIB's amounts that end as they begin, where others tell how long they are: those of the moment at which
/// a forecast begins. Returns that in words; empty: there is none.
std::string leave_out_empty(std::vector<RadarImage>& images);

/// That no amount begins with another of its sequence and goes on beyond it, as those since the beginning of a forecast
/// do. Sums of one length that roll on may overlap. `hours` is complete. Throws InputError.
void check_begins(const std::vector<RadarImage>& images);

}  // namespace stormsweep
