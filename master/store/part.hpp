#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "search/space/share.hpp"

namespace stormsweep {

/// What a database has of a search that several jobs share.
struct Part {
  Share share;
  std::optional<std::uint64_t> trials;  ///< of the part, where they can be counted
};

/// Notes that the database holds a part of a search only, or, with nothing, that it is to hold all of it, so that
/// `status` knows what done means. The table `parts` is made when it is first needed; merging leaves it out.
void write_part(const std::filesystem::path& file, const std::string& search, const std::optional<Part>& part);

std::optional<Part> read_part(SQLite::Database& database, const std::string& search);

}  // namespace stormsweep
