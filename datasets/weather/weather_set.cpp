#include "datasets/weather/weather_set.hpp"

#include <fmt/format.h>

#include <map>
#include <mutex>

#include "datasets/weather/scan_weather.hpp"
#include "search/base/checksum.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace fs = std::filesystem;

WeatherSet::WeatherSet(const fs::path& folder, int threads,
                       const std::function<void(std::int64_t, std::int64_t)>& progress)
    : folder_(folder) {
  std::vector<WeatherIndex::File> files = list_samples(folder);
  if (auto kept = read_index(folder, files)) {
    index_ = std::make_shared<WeatherIndex>(std::move(*kept));
    return;
  }
  index_ = std::make_shared<WeatherIndex>(make_index(folder, std::move(files), threads, progress));
  kept_ = write_index(folder, *index_);
}

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
    throw InputError(path.string() + ": is of another size than index.json tells; remove index.json");
  return file;
}

WeatherSet known_weather(const fs::path& folder, int threads) {
  struct Listed {
    fs::file_time_type changed;  // the folder, before it was listed
    WeatherSet set;
  };
  static std::mutex mutex;
  static std::map<fs::path, Listed> listed;
  const std::lock_guard lock(mutex);
  std::error_code error;
  const auto changed = fs::last_write_time(folder, error);
  const auto found = listed.find(folder);
  if (!error && found != listed.end() && found->second.changed == changed) return found->second.set;
  return listed.insert_or_assign(folder, Listed{changed, WeatherSet(folder, threads)}).first->second.set;
}

std::string fingerprint(const WeatherSet& set) {
  std::string facts;
  for (const WeatherIndex::File& file : set.index().files) {
    facts += fmt::format("{} {} {}\n", file.name, file.bytes,
                         file.checksum.empty() ? std::to_string(file.modified) : file.checksum);
  }
  Checksum checksum;
  checksum.add(std::as_bytes(std::span(facts)));
  return checksum.digits();
}

}  // namespace stormsweep
