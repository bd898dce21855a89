#pragma once

#include <string>
#include <vector>

#include "datasets/radar/radar_image.hpp"

namespace stormsweep {

/// Gives amounts whose files do not say in how many hours they fell (`hours` is 0) the hours since the image before;
/// `images` by sequence and time. Where the gaps of a sequence are multiples of its shortest, images are missing, and
/// each amount is taken to have fallen within the shortest. Returns what was assumed, in words; empty: nothing. Throws
/// InputError where there is no image before, or where amounts always grow, as those since the beginning do.
std::string complete_hours(std::vector<RadarImage>& images);

/// Leaves out GRIB's amounts over no time, if there are others: those of the moment at which a forecast begins. Returns
/// that in words; empty: there is none.
std::string leave_out_empty(std::vector<RadarImage>& images);

/// Throws InputError where two amounts of a sequence begin together but end apart, as those since the beginning of a
/// forecast do. Rolling sums of one length may overlap. All `hours` must be known.
void check_begins(const std::vector<RadarImage>& images);

}  // namespace stormsweep
