#include "datasets/storms/generate_storms.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "datasets/files/splits.hpp"
#include "datasets/storms/storms.hpp"
#include "datasets/storms/synthetic_storm.hpp"
#include "search/base/parallel.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t storms_at_once = 2048;  // storms made between two writes: 24 MiB

/// Storms [first, first + n) of a world, made on several threads.
struct Block {
  std::vector<float> patches = std::vector<float>(storms_at_once * storm_floats);
  std::vector<FutureVorticity> futures = std::vector<FutureVorticity>(storms_at_once);

  std::span<float> patch(std::int64_t i) {
    return std::span(patches).subspan(static_cast<std::size_t>(i * storm_floats), storm_floats);
  }

  void make(const StormWorld& world, std::int64_t first, std::int64_t n) {
    in_parallel(n, world.threads, [&](std::int64_t i) {
      futures[static_cast<std::size_t>(i)] = make_storm(world.seed, static_cast<std::uint64_t>(first + i), patch(i));
    });
  }
};

}  // namespace

SplitCounts generate_storms(const StormWorld& world, const std::filesystem::path& folder,
                            const std::function<void(std::int64_t)>& progress) {
  const std::array<std::int64_t, 3> sizes =
      split_sizes(world.storms, world.validation_fraction, world.test_fraction, "storms");
  StormSplitsWriter writer(folder, sizes);
  Block made;
  std::int64_t first = 0;
  for (std::size_t split = 0; split < sizes.size(); ++split) {
    for (const std::int64_t end = first + sizes[split]; first < end;) {
      const std::int64_t n = std::min(storms_at_once, end - first);
      made.make(world, first, n);
      for (std::int64_t i = 0; i < n; ++i) {
        const FutureVorticity& future = made.futures[static_cast<std::size_t>(i)];
        writer.append(split, made.patch(i), future.max, future.mean);
      }
      progress(first += n);
    }
  }
  return writer.finish(
      fmt::format("stormsweep generate tornado --storms {} --seed {} --validation-fraction {} --test-fraction {}",
                  world.storms, world.seed, world.validation_fraction, world.test_fraction));
}

}  // namespace stormsweep
