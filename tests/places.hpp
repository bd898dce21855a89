#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace stormsweep {

std::filesystem::path source_folder();   ///< of this checkout
std::filesystem::path program_folder();  ///< where it was built

/// A file or folder of the real data: in $STORMSWEEP_DATA, else in ../shared/data of the checkout. Where it is absent
/// this prints the words by which CTest recognises a skipped test.
std::optional<std::filesystem::path> real_data(const std::string& name);

}  // namespace stormsweep
