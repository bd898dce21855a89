#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "datasets/radar/radar_frame.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

/// Where one radar image is to be found: what is known of it before its pixels are read.
struct RadarImage {
  std::filesystem::path path;
  std::int64_t index = 0;     ///< of the image within its file
  std::int64_t sequence = 0;  ///< 0: one sequence with all other files' images; else its file's alone, never to be
                              ///< joined with another (SEVIR's events, from 1)
  std::int64_t time = 0;      ///< valid time (of an accumulation: its end), seconds since 1970-01-01 UTC
  RadarQuantity quantity = RadarQuantity::rain_rate;
  RadarGrid grid;
};

/// A file that is cut short, corrupt, or neither HDF5 nor NetCDF: another of the sequence may be in order.
class UnreadableFile : public InputError {
 public:
  using InputError::InputError;
};

/// The images of one file, which may be any of: KNMI HDF5 (`image1/image_data`, accumulations and reflectivities by
/// their calibration formula), ODIM HDF5 composites (quantities RATE, DBZH, TH, ACRR; gain, offset, nodata, undetect),
/// NetCDF rain-rate or accumulation sequences after the CF conventions (time, _FillValue, scale_factor; one frame or
/// many), SEVIR VIL HDF5 (`vil` uint8 (N, 384, 384, 49), 5 min). The kind is told by the contents, not by the name.
/// Throws UnreadableFile, and InputError: none of these, an unknown quantity, something missing.
std::vector<RadarImage> list_radar_images(const std::filesystem::path& file);

/// Reads one; not from several threads at once where HDF5 is not built for it. Throws UnreadableFile where the pixels
/// cannot be read.
RadarFrame read_radar_image(const RadarImage& image);

/// Reflectivity (dBZ) as rain rate (mm/h): Z = 200 R^1.6 (Marshall and Palmer 1948).
float rain_rate_of(float dbz);

}  // namespace stormsweep
