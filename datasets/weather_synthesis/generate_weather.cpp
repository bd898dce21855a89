#include "datasets/weather_synthesis/generate_weather.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <system_error>
#include <vector>

#include "datasets/files/splits.hpp"
#include "datasets/labels/weather_labels.hpp"
#include "datasets/labels/weather_moment.hpp"
#include "datasets/weather/weather_set.hpp"
#include "datasets/weather/weather_writer.hpp"
#include "datasets/weather_synthesis/synthetic_weather.hpp"
#include "search/base/error.hpp"
#include "search/base/parallel.hpp"
#include "search/base/random.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr std::int64_t first_day = 946684800, day = 86400;  // 2000-01-01, in seconds since 1970
constexpr std::int64_t steps_a_day = 8;                     // CAM5 wrote every three hours

bool is_empty_folder(const fs::path& path) {
  std::error_code unreadable;
  return fs::is_directory(fs::symlink_status(path)) && fs::is_empty(path, unreadable);
}

bool holds_samples(const fs::path& folder) {
  if (!fs::is_directory(folder)) return false;
  std::error_code unreadable;
  return std::ranges::any_of(fs::directory_iterator(folder, unreadable),
                             [](const auto& entry) { return entry.path().extension() == ".h5"; });
}

/// Refuses at once a folder that could not be replaced in the end.
void refuse_filled(const fs::path& folder) {
  for (const char* const split : split_names) {
    const fs::path path = folder / split;
    if (!fs::exists(fs::symlink_status(path)) || is_empty_folder(path)) continue;
    throw InputError(fmt::format("{}: {}; choose another folder, or remove it", path.string(),
                                 holds_samples(path) ? "holds samples already" : "is there, and is no empty folder"));
  }
}

/// Where samples are written until they are complete: what an earlier run left is removed first, and all is removed
/// without `publish`.
class UnfinishedSplits {
 public:
  explicit UnfinishedSplits(const fs::path& folder) : folder_(folder), unfinished_(folder / ".unfinished") {
    fs::remove_all(unfinished_);
    for (const char* const split : split_names) fs::create_directories(unfinished_ / split);
  }
  ~UnfinishedSplits() {
    std::error_code ignored;
    fs::remove_all(unfinished_, ignored);
  }
  UnfinishedSplits(const UnfinishedSplits&) = delete;
  UnfinishedSplits& operator=(const UnfinishedSplits&) = delete;

  fs::path of(const char* split) const { return unfinished_ / split; }
  void publish() const {
    refuse_filled(folder_);
    for (const char* const split : split_names) {
      std::error_code error;
      fs::rename(unfinished_ / split, folder_ / split, error);
      if (error)
        throw InputError(fmt::format("{}: cannot be put in place ({}); choose another folder",
                                     (folder_ / split).string(), error.message()));
    }
  }

 private:
  fs::path folder_, unfinished_;
};

}  // namespace

std::array<WeatherSplit, 3> generate_weather(const WeatherWorld& world, const fs::path& folder,
                                             const std::function<void(std::int64_t)>& progress) {
  const std::array<std::int64_t, 3> sizes =
      split_sizes(world.samples, world.validation_fraction, world.test_fraction, "samples");
  make_writable(folder);
  refuse_filled(folder);
  const UnfinishedSplits splits(folder);
  const WeatherGrid grid = global_grid(world.height, world.width);
  const std::uint64_t first_seed = RandomStream(world.seed).bits();
  std::int64_t done = 0;
  std::mutex lock;
  in_parallel(world.samples, world.threads, [&](std::int64_t i) {
    const std::size_t split = i < sizes[0] ? 0 : i < sizes[0] + sizes[1] ? 1 : 2;
    const SyntheticWeather weather = synthetic_weather(grid, first_seed + static_cast<std::uint64_t>(i));
    const std::string date = utc_text(first_day + i / steps_a_day * day, "%Y-%m-%d");
    const fs::path path = splits.of(split_names[split]) / fmt::format("data-{}-{:02}-1.h5", date, i % steps_a_day);
    const WeatherLabels by_rule = label_weather(moment_of(grid, weather.fields), {}, path);
    std::vector<std::uint8_t> labels = weather.truth;
    labels.insert(labels.end(), by_rule.classes.begin(), by_rule.classes.end());
    write_weather_file(path, world.height, world.width, weather.fields, labels, 2);
    const std::lock_guard guard(lock);
    progress(++done);
  });
  std::array<WeatherSplit, 3> made;
  for (std::size_t split = 0; split < made.size(); ++split) {
    const WeatherSet set(splits.of(split_names[split]), world.threads);  // it leaves its index beside the samples
    made[split] = {set.size(), set.index().pixels[0]};
  }
  splits.publish();
  return made;
}

}  // namespace stormsweep
