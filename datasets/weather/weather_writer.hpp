#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace stormsweep {

/// Writes a sample in the layout of Kurth et al., contiguous and page-aligned. `fields` [16, height, width]; `labels`
/// [labelings, height, width] as int32 in the file. The file appears whole or not at all. Throws InputError.
void write_weather_file(const std::filesystem::path& path, std::int64_t height, std::int64_t width,
                        std::span<const float> fields, std::span<const std::uint8_t> labels, int labelings);

}  // namespace stormsweep
