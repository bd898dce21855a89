#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "datasets/radar/radar_frame.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

/// Of a file of radar images, told by its contents.
enum class RadarFormat { knmi, odim, sevir, netcdf, grib };

/// How a file stores an image, other than as RadarFrame has it. In this order: columns as rows, the first row in the
/// south, the first column in the east.
struct StoredImage {
  bool transposed = false, to_north = false, to_west = false;
};

/// Where one radar image is to be found: what is known of it before its pixels are read.
struct RadarImage {
  std::filesystem::path path;
  std::int64_t index = 0;     ///< of the image within its file; in GRIB the byte at which its message begins
  std::int64_t sequence = 0;  ///< 0: one sequence with all other files' images; else its file's alone, never to be
                              ///< joined with another (SEVIR's events, from 1; a nowcast of KNMI)
  std::int64_t time = 0;      ///< valid time (of an accumulation: its end), seconds since 1970-01-01 UTC
  RadarQuantity quantity = RadarQuantity::rain_rate;
  RadarGrid grid;
  RadarFormat format = RadarFormat::netcdf;
  std::string variable = {};  ///< its name, or that of its quantity; empty in SEVIR
  double hours = 1;           ///< in which an amount fell; 0: its file does not tell
  StoredImage stored = {};    ///< in NetCDF
  std::string note = {};      ///< what its file contradicts itself in, or lacks, in words; empty: nothing
  bool amount = false;        ///< what fell in `hours`; otherwise what there was at a moment
  bool time_known = true;     ///< false: made up, for a SEVIR event without CATALOG.csv
};

/// A file that is cut short, corrupt, or neither HDF5 nor NetCDF: another of the sequence may be in order.
class UnreadableFile : public InputError {
 public:
  using InputError::InputError;
};

}  // namespace stormsweep
