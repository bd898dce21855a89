#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

#include "search/base/checksum.hpp"

namespace stormsweep {

// What the fingerprint of a user's own experiment is made of.

/// Adds a text, and a mark of its end.
void add_text(Checksum& sum, std::string_view text);

/// Adds the bytes of a file. Throws InputError, which ends in `remedy`, where it cannot be read.
void add_file(
    Checksum& sum, const std::filesystem::path& file, std::string_view remedy,
    const std::function<void(std::size_t bytes)>& read = [](std::size_t) {});

}  // namespace stormsweep
