#include "datasets/files/splits.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <system_error>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

std::array<std::int64_t, 3> split_sizes(std::int64_t count, double validation_fraction, double test_fraction,
                                        const char* things) {
  const auto part = [&](double fraction) {
    return static_cast<std::int64_t>(std::llround(fraction * static_cast<double>(count)));
  };
  const std::int64_t test = part(test_fraction), validation = part(validation_fraction);
  const std::int64_t train = count - validation - test;
  if (train < 1 || validation < 1 || test < 1) {
    throw InputError(
        fmt::format("{} {} split into {} for training, {} for validation and {} for test; each needs one: ask for "
                    "more {} or other fractions",
                    count, things, train, validation, test, things));
  }
  return {train, validation, test};
}

void remove_earlier_set(const std::filesystem::path& folder, std::span<const char* const> names) {
  for (const char* const name : names) {
    const std::filesystem::path file = folder / fmt::format("{}.h5", name);
    std::error_code error;
    std::filesystem::remove(behind_links(file), error);  // a link stays, for the new file
    if (error)
      throw InputError(
          fmt::format("{}: is of an earlier set, and cannot be removed ({}); remove it, or choose another folder",
                      file.string(), error.message()));
  }
}

void make_writable(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (!error && access(folder.c_str(), W_OK | X_OK) != 0) error = {errno, std::generic_category()};
  if (error) {
    throw InputError(
        fmt::format("{}: cannot be written to ({}); choose another folder", folder.string(), error.message()));
  }
}

void check_writable(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::vector<std::filesystem::path> missing;  // innermost first
  for (auto at = std::filesystem::absolute(folder); !std::filesystem::exists(at, ignored); at = at.parent_path())
    missing.push_back(at);
  make_writable(folder);
  for (const std::filesystem::path& made : missing) std::filesystem::remove(made, ignored);
}

}  // namespace stormsweep
