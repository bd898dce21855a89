#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace stormsweep::netcdf {

/// How many bytes a file in one of NetCDF's classic formats (CDF-1, CDF-2, CDF-5) has if it is whole, by its header,
/// but for padding at its end. Nothing for other files, and where the header cannot be read. libnetcdf reads zeros
/// where a file is cut short: dry weather.
std::optional<std::uint64_t> classic_bytes(const std::filesystem::path& path);

}  // namespace stormsweep::netcdf
