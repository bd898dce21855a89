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

/// Stores that the database has only a share of a search, or, with nothing, that it is to have all of it, so that
/// `status` knows when it is done. The table (`parts`, its name since the first version) is created on first use. After
/// a merge the file no longer counts as a share.
void write_share(const std::filesystem::path& file, const std::string& search, const std::optional<StoredShare>& share);

/// Throws InputError where the file has trials of the search divided among another number of jobs: shares of different
/// divisions overlap.
void refuse_other_division(const std::filesystem::path& file, const std::string& search, const Share& share);

void forget_share(SQLite::Database& database, const std::string& search);

std::optional<StoredShare> read_share(SQLite::Database& database, const std::string& search);

}  // namespace stormsweep
