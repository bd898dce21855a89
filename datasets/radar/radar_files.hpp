#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/radar/radar_image.hpp"

namespace stormsweep {

/// The images of one file, which may be any of: KNMI HDF5 (`image1/image_data`, accumulations and reflectivities by
/// their calibration formula), ODIM HDF5 composites (quantities RATE, DBZH, TH, ACRR; gain, offset, nodata, undetect),
/// NetCDF rain-rate or accumulation sequences after the CF conventions (time, _FillValue, scale_factor; one frame or
/// many), GRIB rain (MRMS, ERA5), packed by gzip or not, SEVIR VIL HDF5 (`vil` uint8 (N, 384, 384, 49), 5 min; `IN` and
/// `OUT`). The kind is told by the contents, not by the name. Throws UnreadableFile: cut short, or of a kind that is
/// not supported; and InputError: none of these, polar, an unknown quantity, something missing. `variable`: to be taken
/// from NetCDF; empty: the one that is most likely all of the rain.
std::vector<RadarImage> list_radar_images(const std::filesystem::path& file, const std::string& variable = "");

/// Reads one image; not from several threads at once where HDF5 is not built for it. Throws UnreadableFile where the
/// pixels cannot be read.
RadarFrame read_radar_image(const RadarImage& image);

}  // namespace stormsweep
