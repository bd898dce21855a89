#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "datasets/files/hdf5.hpp"
#include "datasets/radar/radar_image.hpp"

/// What the readers of radar formats share; each format has a source file.
namespace stormsweep::radar {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& problem);
[[noreturn]] void refuse_unreadable(const std::filesystem::path& path, const std::string& problem);

/// Seconds since 1970-01-01 UTC; nothing where there is no such day or time of day.
std::optional<std::int64_t> utc_time(int year, int month, int day, int hour, int minute, int second);

/// Rows, then columns, of a dataset [height, width]. Throws InputError: other dimensions, too many pixels.
std::array<std::int64_t, 2> image_size(const hdf5::Handle& file, const std::filesystem::path& path,
                                       const std::string& dataset);
/// All numbers of a dataset as floats. Throws UnreadableFile.
std::vector<float> read_numbers(const hdf5::Handle& file, const std::filesystem::path& path,
                                const std::string& dataset);
/// Turns the image upside down: the first row becomes the last.
void flip_rows(RadarFrame& frame);

enum class Meaning { rate, amount, reflectivity };  ///< mm/h, mm, dBZ
/// A physical value as rain rate (mm/h); `hours`: in which an amount fell.
float rate_of(Meaning meaning, double value, double hours);

}  // namespace stormsweep::radar
