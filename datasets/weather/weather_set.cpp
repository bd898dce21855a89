#include "datasets/weather/weather_set.hpp"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "datasets/weather/scan_weather.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace fs = std::filesystem;

WeatherSet::WeatherSet(const fs::path& folder, int threads,
                       const std::function<void(std::int64_t, std::int64_t)>& progress, const fs::path& cache)
    : folder_(folder) {
  const std::vector<WeatherIndex::File> files = list_samples(folder);
  const std::vector<fs::path> places = places_beside(folder, cache, index_name);
  for (const fs::path& place : places) {
    auto kept = read_index(place);
    if (!kept || !same_files(kept->files, files)) continue;
    index_ = std::make_shared<WeatherIndex>(std::move(*kept));
    return;
  }
  index_ = std::make_shared<WeatherIndex>(make_index(folder, cache, files, threads, progress));
  kept_ = write_index(places, *index_);
}

WeatherSet::WeatherSet(fs::path folder, WeatherIndex index)
    : folder_(std::move(folder)), index_(std::make_shared<WeatherIndex>(std::move(index))) {}

fs::path WeatherSet::path(std::int64_t i) const {
  return folder_ / index_->files[static_cast<std::size_t>(i)].name;
}

void WeatherSet::use_copies(const fs::path& folder) {
  copies_ = folder;
}

WeatherFile WeatherSet::open(std::int64_t i) const {
  const WeatherIndex::File& known = index_->files[static_cast<std::size_t>(i)];
  fs::path path = folder_ / known.name;
  std::error_code error;
  if (!copies_.empty() && fs::exists(copies_ / known.name, error)) path = copies_ / known.name;
  const auto bytes = fs::file_size(path, error);
  if (error || static_cast<std::int64_t>(bytes) != known.bytes) {
    const std::string now = error ? error.message() : fmt::format("{} bytes", bytes);
    throw InputError(
        fmt::format("{}: has changed while it was in use ({} bytes before, now: {}); start again with data that stay "
                    "as they are",
                    path.string(), known.bytes, now));
  }
  WeatherFile file(path);
  if (file.height() != index_->height || file.width() != index_->width)
    throw InputError(path.string() + ": has another size than when it was indexed; touch it, so that it is read again");
  return file;
}

namespace {

WeatherSet find_weather(const fs::path& folder, const std::string& known, const fs::path& cache, int threads) {
  for (const fs::path& place : places_beside(folder, cache, index_name)) {
    auto kept = read_index(place);
    if (kept && fingerprint(*kept) == known) return WeatherSet(folder, std::move(*kept));
  }
  WeatherSet set(folder, threads, {}, cache);
  if (known.empty() || fingerprint(set.index()) == known) return set;
  throw InputError(folder.string() +
                   ": has changed since the search looked at it; start again with data that stay as they are");
}

}  // namespace

WeatherSet known_weather(const fs::path& folder, const std::string& known, const fs::path& cache, int threads) {
  static std::mutex mutex;
  static std::map<std::pair<fs::path, std::string>, WeatherSet> sets;
  const std::lock_guard lock(mutex);
  const auto found = sets.find({folder, known});
  if (found != sets.end()) return found->second;
  return sets.insert_or_assign({folder, known}, find_weather(folder, known, cache, threads)).first->second;
}

}  // namespace stormsweep
