#pragma once

#include <filesystem>
#include <string>

namespace stormsweep {

/// The folder of that `kind` ("models", "cache") beside a database, which no other database has: r.models of r.db, and
/// r.sqlite-models, r-models of those that are not named *.db.
std::filesystem::path side_folder(const std::filesystem::path& database, const std::string& kind);

}  // namespace stormsweep
