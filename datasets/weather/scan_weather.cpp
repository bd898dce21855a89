#include "datasets/weather/scan_weather.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>

#include "datasets/weather/sample_scans.hpp"
#include "datasets/weather/weather_file.hpp"
#include "search/base/error.hpp"
#include "search/base/parallel.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// Finds the ranges of `fields` [pixels, 16]; NaN for channels with values that are not finite.
void find_range(std::span<const float> fields, SampleScan& scan) {
  std::array<float, weather_channels> least, most, zeros{};
  least.fill(std::numeric_limits<float>::max()), most.fill(std::numeric_limits<float>::lowest());
  for (std::size_t i = 0; i < fields.size(); i += weather_channels) {
    for (std::size_t c = 0; c < weather_channels; ++c) {
      const float value = fields[i + c];
      least[c] = value < least[c] ? value : least[c], most[c] = value > most[c] ? value : most[c];
      zeros[c] += value * 0;  // NaN for ever after a NaN or an infinity
    }
  }
  for (std::size_t c = 0; c < weather_channels; ++c)
    scan.minimum[c] = least[c] + zeros[c], scan.maximum[c] = most[c] + zeros[c];
}

SampleScan scan_file(const fs::path& folder, const WeatherIndex::File& listed) {
  const fs::path path = folder / listed.name;
  SampleScan scan{listed, {}, {}, {}, {}, {}};
  scan.file.checksum = sample_checksum(path);
  const WeatherFile file(path);
  scan.height = file.height(), scan.width = file.width();
  const auto pixels = static_cast<std::size_t>(scan.height * scan.width);
  std::vector<float> fields(pixels * weather_channels);
  file.read(fields);
  find_range(fields, scan);
  for (std::size_t c = 0; c < weather_channels; ++c) {
    if (!std::isfinite(scan.minimum[c])) {
      throw InputError(
          fmt::format("{}: channel {} of climate/data holds a value that is not finite; mend or remove "
                      "this file",
                      path.string(), c));
    }
  }
  std::vector<std::uint8_t> labels(pixels);
  for (int labeling = 0; labeling < file.labelings(); ++labeling) {
    file.read_labels(labeling, labels);
    auto& counts = scan.pixels.emplace_back();
    for (const std::uint8_t label : {0, 1, 2}) counts[label] = std::ranges::count(labels, label);
  }
  return scan;
}

void refuse_mixture(const fs::path& folder, const std::vector<SampleScan>& scans) {
  for (std::size_t i = 1; i < scans.size(); ++i) {
    const SampleScan &one = scans[0], &other = scans[i];
    const std::string names = fmt::format("{} and {}", one.file.name, other.file.name);
    if (one.height != other.height || one.width != other.width) {
      throw InputError(fmt::format("{}: {} have {} x {} and {} x {} pixels; put samples of one size into a folder",
                                   folder.string(), names, one.height, one.width, other.height, other.width));
    }
    if (one.pixels.size() != other.pixels.size()) {
      throw InputError(fmt::format("{}: {} have {} and {} labelings; label all samples alike", folder.string(), names,
                                   one.pixels.size(), other.pixels.size()));
    }
  }
}

WeatherIndex sum_of(const std::vector<SampleScan>& scans) {
  const SampleScan& first = scans[0];
  WeatherIndex index{first.height, first.width, static_cast<int>(first.pixels.size()), first.minimum, first.maximum,
                     {},           {}};
  index.pixels.resize(first.pixels.size());
  for (const SampleScan& scan : scans) {
    index.files.push_back(scan.file);
    for (std::size_t c = 0; c < weather_channels; ++c) {
      index.minimum[c] = std::min(index.minimum[c], scan.minimum[c]);
      index.maximum[c] = std::max(index.maximum[c], scan.maximum[c]);
    }
    for (std::size_t k = 0; k < index.pixels.size(); ++k) {
      for (std::size_t label = 0; label < 3; ++label) index.pixels[k][label] += scan.pixels[k][label];
    }
  }
  return index;
}

}  // namespace

WeatherIndex make_index(const fs::path& folder, const fs::path& cache, const std::vector<WeatherIndex::File>& files,
                        int threads, const std::function<void(std::int64_t, std::int64_t)>& progress) {
  SampleScans kept(places_beside(folder, cache, "scans.jsonl"));
  std::vector<SampleScan> scans(files.size());
  std::vector<std::size_t> unread;
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (const SampleScan* const known = kept.find(files[i]))
      scans[i] = *known;
    else
      unread.push_back(i);
  }
  std::mutex lock;
  std::int64_t done = 0;
  in_parallel(std::ssize(unread), threads, [&](std::int64_t k) {
    const std::size_t i = unread[static_cast<std::size_t>(k)];
    scans[i] = scan_file(folder, files[i]);
    const std::lock_guard guard(lock);
    kept.add(scans[i]);
    ++done;
    if (progress) progress(done, std::ssize(unread));
  });
  refuse_mixture(folder, scans);
  return sum_of(scans);
}

}  // namespace stormsweep
