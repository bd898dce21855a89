#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "datasets/weather/weather_file.hpp"
#include "datasets/weather/weather_index.hpp"

namespace stormsweep {

/// Samples of one folder (*.h5), all of one size.
class WeatherSet {
 public:
  /// Lists the folder and reads its index, or makes one on `threads` threads; `progress` is then given the files read
  /// so far and how many there are to read. Where the folder cannot be written, the index is kept in `cache`; where
  /// that is empty or cannot be written either, `kept()` is false, and nothing else changes. Throws InputError: no
  /// samples, files of different sizes or numbers of labelings (naming two of them), values that are not finite, and
  /// whatever WeatherFile throws: the same on any number of threads.
  explicit WeatherSet(const std::filesystem::path& folder, int threads = 1,
                      const std::function<void(std::int64_t, std::int64_t)>& progress = {},
                      const std::filesystem::path& cache = {});
  /// From a known index; opens and lists nothing.
  WeatherSet(std::filesystem::path folder, WeatherIndex index);

  const std::filesystem::path& folder() const { return folder_; }
  const WeatherIndex& index() const { return *index_; }
  bool kept() const { return kept_; }
  std::int64_t size() const { return std::ssize(index_->files); }
  /// The path of file i on the shared file system.
  std::filesystem::path path(std::int64_t i) const;
  /// From now on, copies of the same names in `folder`, on a disk of this machine, are read instead, where they exist.
  void use_copies(const std::filesystem::path& folder);
  /// Opens file i, or its copy. Throws InputError where it is no longer that of the index: its size is another, or it
  /// was written anew with other bytes.
  WeatherFile open(std::int64_t i) const;

 private:
  std::filesystem::path folder_, copies_;
  struct Rewritten;
  std::shared_ptr<const WeatherIndex> index_;  ///< copies share it,
  std::shared_ptr<Rewritten> rewritten_;       ///< and this
  bool kept_ = true;
};

/// The samples of `folder`, by the index with fingerprint `known` that was kept beside them or in `cache`: hundreds of
/// ranks ask at once, and a shared file system takes a minute to list tens of thousands of files. The folder is listed,
/// once per process, only where there is no such index or `known` is empty. Throws InputError as WeatherSet does, and
/// where the fingerprint is another.
WeatherSet known_weather(const std::filesystem::path& folder, const std::string& known,
                         const std::filesystem::path& cache, int threads);

}  // namespace stormsweep
