#pragma once

#include <filesystem>
#include <string>

namespace stormsweep {

/// The folder of that `kind` ("models", "cache") beside a database, different for every database: r.models for r.db,
/// but r.sqlite-models for r.sqlite, and r-models for r.
std::filesystem::path side_folder(const std::filesystem::path& database, const std::string& kind);

}  // namespace stormsweep
