#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "search/methods/share.hpp"

namespace stormsweep {

/// The share of a search that a database holds, where several jobs divide the search.
struct StoredShare {
  Share share;
  std::optional<std::uint64_t> trials;  ///< of the share, where they can be counted
};

/// Notes that the database holds a share of a search only, or, with nothing, that it is to hold all of it, so that
/// `status` knows what done means. The table (`parts`, its name since the first version) is made when it is first
/// needed; a file that another one is merged into is no share any more.
void write_share(const std::filesystem::path& file, const std::string& search, const std::optional<StoredShare>& share);

/// Throws InputError where the file has trials of a search that was divided among another number of jobs: the parts of
/// one division overlap those of another.
void refuse_other_division(const std::filesystem::path& file, const std::string& search, const Share& share);

void forget_share(SQLite::Database& database, const std::string& search);

std::optional<StoredShare> read_share(SQLite::Database& database, const std::string& search);

}  // namespace stormsweep
