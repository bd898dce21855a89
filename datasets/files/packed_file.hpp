#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

namespace stormsweep::packed {

/// Whether a file is packed by gzip, by its first bytes.
bool is_gzip(const std::filesystem::path& path);

/// The first bytes of a file, at most so many, unpacked where it is packed by gzip; empty where it cannot be read.
std::string first_bytes(const std::filesystem::path& path, std::size_t most);

/// Whether a file that begins so (with 512 bytes) is a tar archive. HDF5 would open it as the first file that is in it,
/// for it lets other bytes stand in front.
bool is_tar(std::string_view first_bytes);

/// All bytes, unpacked where it is packed by gzip. Throws InputError: it cannot be read, is cut short or damaged.
std::string all_bytes(const std::filesystem::path& path);

}  // namespace stormsweep::packed
