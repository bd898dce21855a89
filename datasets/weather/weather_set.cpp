#include "datasets/weather/weather_set.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

#include "datasets/weather/scan_weather.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace fs = std::filesystem;

/// Files that were written anew with the bytes that they had: each is read once to see that.
struct WeatherSet::Rewritten {
  std::mutex mutex;
  std::set<std::int64_t> same;

  bool has_same_bytes(std::int64_t i, const fs::path& path, const std::string& checksum) {
    const std::lock_guard lock(mutex);
    if (same.contains(i)) return true;
    return sample_checksum(path) == checksum && same.insert(i).second;
  }
};

WeatherSet::WeatherSet(const fs::path& folder, int threads,
                       const std::function<void(std::int64_t, std::int64_t)>& progress, const fs::path& cache)
    : folder_(folder), rewritten_(std::make_shared<Rewritten>()) {
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
    : folder_(std::move(folder)),
      index_(std::make_shared<WeatherIndex>(std::move(index))),
      rewritten_(std::make_shared<Rewritten>()) {}

fs::path WeatherSet::path(std::int64_t i) const {
  return folder_ / index_->files[static_cast<std::size_t>(i)].name;
}

void WeatherSet::use_copies(const fs::path& folder) {
  copies_ = folder;
}

WeatherFile WeatherSet::open(std::int64_t i) const {
  const WeatherIndex::File& known = index_->files[static_cast<std::size_t>(i)];
  std::error_code error;
  const bool copied = !copies_.empty() && fs::exists(copies_ / known.name, error);
  const fs::path path = (copied ? copies_ : folder_) / known.name;
  const auto refuse = [&](const std::string& now) {
    throw InputError(
        fmt::format("{}: has changed while it was in use ({} bytes before, now: {}); start again with data that stay "
                    "as they are",
                    path.string(), known.bytes, now));
  };
  struct stat facts {};
  if (stat(path.c_str(), &facts) != 0) refuse(std::strerror(errno));
  if (facts.st_size != known.bytes) refuse(fmt::format("{} bytes", facts.st_size));
  const bool rewritten = !copied && facts.st_mtim.tv_sec != known.modified / 1'000'000'000;  // as all hosts see it
  if (rewritten && !rewritten_->has_same_bytes(i, path, known.checksum)) refuse("others");
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
