#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>

#include "datasets/weather/weather_index.hpp"
#include "search/base/checksum.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/parallel.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t channels = weather_file_channels;

/// What one file adds to the index.
struct Scan {
  std::int64_t height = 0, width = 0;
  int labelings = 0;
  std::string checksum;
  std::array<float, channels> minimum{}, maximum{};
  std::vector<std::array<std::int64_t, 3>> pixels;
};

/// XXH3 of a file's bytes, 16 hexadecimal digits. It leaves the file in the page cache, for what is read next.
std::string checksum_of(const fs::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) throw InputError(path.string() + ": cannot be opened; look at its rights");
  std::vector<char> buffer(1 << 20);
  Checksum checksum;
  ssize_t got = 0;
  while ((got = ::read(*file, buffer.data(), buffer.size())) > 0)
    checksum.add(std::as_bytes(std::span(buffer).first(static_cast<std::size_t>(got))));
  if (got < 0) throw InputError(path.string() + ": cannot be read to its end; copy or make it again");
  return checksum.digits();
}

/// Of `fields` [pixels, 16]. Channels of values that are not finite come out as NaN.
void find_range(std::span<const float> fields, Scan& scan) {
  std::array<float, channels> least, most, zeros{};
  least.fill(std::numeric_limits<float>::max()), most.fill(std::numeric_limits<float>::lowest());
  for (std::size_t i = 0; i < fields.size(); i += channels) {
    for (std::size_t c = 0; c < channels; ++c) {
      const float value = fields[i + c];
      least[c] = value < least[c] ? value : least[c], most[c] = value > most[c] ? value : most[c];
      zeros[c] += value * 0;  // NaN for ever after a NaN or an infinity
    }
  }
  for (std::size_t c = 0; c < channels; ++c)
    scan.minimum[c] = least[c] + zeros[c], scan.maximum[c] = most[c] + zeros[c];
}

Scan scan_file(const fs::path& path) {
  Scan scan;
  scan.checksum = checksum_of(path);
  const WeatherFile file(path);
  scan.height = file.height(), scan.width = file.width(), scan.labelings = file.labelings();
  const auto pixels = static_cast<std::size_t>(scan.height * scan.width);
  std::vector<float> fields(pixels * channels);
  file.read(fields);
  find_range(fields, scan);
  for (std::size_t c = 0; c < channels; ++c) {
    if (!std::isfinite(scan.minimum[c])) {
      throw InputError(
          fmt::format("{}: channel {} of climate/data holds a value that is not finite; mend or remove "
                      "this file",
                      path.string(), c));
    }
  }
  std::vector<std::uint8_t> labels(pixels);
  for (int labeling = 0; labeling < scan.labelings; ++labeling) {
    file.read_labels(labeling, labels);
    auto& counts = scan.pixels.emplace_back();
    for (const std::uint8_t label : {0, 1, 2}) counts[label] = std::ranges::count(labels, label);
  }
  return scan;
}

void refuse_mixture(const fs::path& folder, const std::vector<WeatherIndex::File>& files,
                    const std::vector<Scan>& scans) {
  for (std::size_t i = 1; i < scans.size(); ++i) {
    const Scan &one = scans[0], &other = scans[i];
    const std::string names = fmt::format("{} and {}", files[0].name, files[i].name);
    if (one.height != other.height || one.width != other.width) {
      throw InputError(fmt::format("{}: {} have {} x {} and {} x {} pixels; put samples of one size into a folder",
                                   folder.string(), names, one.height, one.width, other.height, other.width));
    }
    if (one.labelings != other.labelings) {
      throw InputError(fmt::format("{}: {} have {} and {} labelings; label all samples alike", folder.string(), names,
                                   one.labelings, other.labelings));
    }
  }
}

}  // namespace

WeatherIndex make_index(const fs::path& folder, std::vector<WeatherIndex::File> files, int threads,
                        const std::function<void(std::int64_t, std::int64_t)>& progress) {
  std::vector<Scan> scans(files.size());
  std::mutex lock;
  std::int64_t done = 0;
  in_parallel(std::ssize(files), threads, [&](std::int64_t i) {
    const auto k = static_cast<std::size_t>(i);
    scans[k] = scan_file(folder / files[k].name);
    const std::lock_guard guard(lock);
    ++done;
    if (progress) progress(done, std::ssize(files));
  });
  refuse_mixture(folder, files, scans);

  const Scan& first = scans[0];
  WeatherIndex index{first.height, first.width, first.labelings, first.minimum, first.maximum, {}, {}};
  index.pixels.resize(first.pixels.size());
  for (std::size_t i = 0; i < scans.size(); ++i) {
    files[i].checksum = scans[i].checksum;
    for (std::size_t c = 0; c < channels; ++c) {
      index.minimum[c] = std::min(index.minimum[c], scans[i].minimum[c]);
      index.maximum[c] = std::max(index.maximum[c], scans[i].maximum[c]);
    }
    for (std::size_t k = 0; k < index.pixels.size(); ++k) {
      for (std::size_t label = 0; label < 3; ++label) index.pixels[k][label] += scans[i].pixels[k][label];
    }
  }
  index.files = std::move(files);
  return index;
}

}  // namespace stormsweep
