#include "datasets/generate_storms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <system_error>
#include <thread>
#include <vector>

#include "datasets/error.hpp"
#include "datasets/statistics.hpp"
#include "datasets/storm_labels.hpp"
#include "datasets/storms.hpp"
#include "datasets/synthetic_storm.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t block = 2048;  // storms made between two writes: 24 MiB

/// Storms [first, first + n) of a world, made on several threads.
struct Block {
  std::vector<float> patches = std::vector<float>(block * storm_floats);
  std::vector<FutureVorticity> futures = std::vector<FutureVorticity>(block);

  std::span<float> patch(std::int64_t i) {
    return std::span(patches).subspan(static_cast<std::size_t>(i * storm_floats), storm_floats);
  }

  void make(const StormWorld& world, std::int64_t first, std::int64_t n) {
    std::vector<std::jthread> makers;
    for (int t = 0; t < world.threads; ++t) {
      makers.emplace_back([this, &world, first, n, t] {
        for (std::int64_t i = t; i < n; i += world.threads) {
          futures[static_cast<std::size_t>(i)] =
              make_storm(world.seed, static_cast<std::uint64_t>(first + i), patch(i));
        }
      });
    }
  }
};

struct SplitRange {
  std::int64_t first, end;
  std::int64_t size() const { return end - first; }
};

std::array<SplitRange, 3> split(const StormWorld& world) {
  const auto part = [&](double fraction) {
    return static_cast<std::int64_t>(std::llround(fraction * static_cast<double>(world.storms)));
  };
  const std::int64_t test = part(world.test_fraction), validation = part(world.validation_fraction);
  const std::int64_t train = world.storms - validation - test;
  if (train < 1 || validation < 1 || test < 1) {
    throw DataError(
        fmt::format("{} storms split into {} for training, {} for validation and {} for test; each needs one: ask for "
                    "more storms or other fractions",
                    world.storms, train, validation, test));
  }
  return {{{0, train}, {train, train + validation}, {train + validation, world.storms}}};
}

void make_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw DataError(fmt::format("{}: cannot be made ({}); choose another folder", folder.string(), error.message()));
}

}  // namespace

WorldCount generate_storms(const StormWorld& world, const std::filesystem::path& folder,
                           const std::function<void(std::int64_t)>& progress) {
  const std::array<SplitRange, 3> ranges = split(world);
  make_folder(folder);
  std::array<StormWriter, 3> writers{StormWriter(folder / "train.h5", ranges[0].size()),
                                     StormWriter(folder / "validation.h5", ranges[1].size()),
                                     StormWriter(folder / "test.h5", ranges[2].size())};
  WorldCount counts;
  const std::array<SplitCount*, 3> split_counts{&counts.train, &counts.validation, &counts.test};
  ChannelSums sums;
  Block made;
  for (std::size_t s = 0; s < ranges.size(); ++s) {
    for (std::int64_t first = ranges[s].first; first < ranges[s].end; first += block) {
      const std::int64_t n = std::min(block, ranges[s].end - first);
      made.make(world, first, n);
      for (std::int64_t i = 0; i < n; ++i) {
        const FutureVorticity& future = made.futures[static_cast<std::size_t>(i)];
        writers[s].append(made.patch(i), future.max, future.mean);
        if (s == 0) sums.add(made.patch(i));
        ++split_counts[s]->storms;
        split_counts[s]->positive_max += positive(LabelRule::max, future.max, future.mean);
        split_counts[s]->positive_mean += positive(LabelRule::mean, future.max, future.mean);
      }
      progress(first + n);
    }
  }
  const std::string provenance =
      fmt::format("stormsweep generate tornado --storms {} --seed {} --validation-fraction {} --test-fraction {}",
                  world.storms, world.seed, world.validation_fraction, world.test_fraction);
  for (StormWriter& writer : writers) writer.finish(sums.statistics(), provenance);
  return counts;
}

}  // namespace stormsweep
