#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "datasets/radar/radar_frame.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

/// The format of a file of radar images, recognised by its contents.
enum class RadarFormat { knmi, odim, sevir, netcdf, grib };

/// How a file stores an image differently from RadarFrame. In this order: columns as rows, the first row in the south,
/// the first column in the east.
struct StoredImage {
  bool transposed = false, to_north = false, to_west = false;
};

/// One radar image in its file: what is known of it before its pixels are read.
struct RadarImage {
  std::filesystem::path path;
  std::int64_t index = 0;     ///< of the image within its file; in GRIB the byte at which its message begins
  std::int64_t sequence = 0;  ///< 0: one sequence with all other files' images; else of its file alone, never to be
                              ///< joined with another (SEVIR's events, from 1; a nowcast of KNMI)
  std::int64_t time = 0;      ///< valid time (of an accumulation: its end), seconds since 1970-01-01 UTC
  RadarQuantity quantity = RadarQuantity::rain_rate;
  RadarGrid grid;
  RadarFormat format = RadarFormat::netcdf;
  std::string variable = {};  ///< its name, or that of its quantity; empty in SEVIR
  double hours = 1;           ///< in which an amount fell; 0: its file does not say
  StoredImage stored = {};    ///< in NetCDF
  std::string note = {};      ///< where its file contradicts itself, or what it lacks, in words; empty: nothing
  bool amount = false;        ///< what fell in `hours`; otherwise what there was at a moment
  bool time_known = true;     ///< false: made up, for a SEVIR event without CATALOG.csv
};

/// A file that is cut short, corrupt, or neither HDF5 nor NetCDF: other files of the sequence may be in order.
class UnreadableFile : public InputError {
 public:
  using InputError::InputError;
};

}  // namespace stormsweep
