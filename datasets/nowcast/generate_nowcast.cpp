#include "datasets/nowcast/generate_nowcast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <vector>

#include "datasets/files/splits.hpp"
#include "datasets/nowcast/synthetic_rain.hpp"
#include "search/base/parallel.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t samples_at_once = 32;  // samples made between two writes: 52 MiB at 256 x 256
constexpr std::int64_t day = 86400;

/// Samples [first, first + n) of a world, made on several threads.
class Block {
 public:
  explicit Block(const RainWorld& world)
      : world_(world),
        count_(static_cast<std::size_t>(nowcast_frames * world.side * world.side)),
        frames_(static_cast<std::size_t>(samples_at_once) * count_) {}

  std::span<std::uint16_t> sample(std::int64_t i) {
    return std::span(frames_).subspan(static_cast<std::size_t>(i) * count_, count_);
  }

  void make(std::int64_t first, std::int64_t n) {
    in_parallel(n, world_.threads, [&](std::int64_t i) {
      make_rain(world_.seed, static_cast<std::uint64_t>(first + i), world_.side, sample(i));
    });
  }

 private:
  const RainWorld& world_;
  std::size_t count_;
  std::vector<std::uint16_t> frames_;
};

}  // namespace

NowcastSplitCounts generate_nowcast(const RainWorld& world, const std::filesystem::path& folder,
                                    const std::function<void(std::int64_t)>& progress) {
  const std::array<std::int64_t, 3> sizes =
      split_sizes(world.samples, world.validation_fraction, world.test_fraction, "samples");
  NowcastSplitsWriter writer(folder, sizes, world.side, NowcastMeta{});
  Block made(world);
  std::int64_t first = 0;
  for (std::size_t split = 0; split < sizes.size(); ++split) {
    for (const std::int64_t end = first + sizes[split]; first < end;) {
      const std::int64_t n = std::min(samples_at_once, end - first);
      made.make(first, n);
      for (std::int64_t i = 0; i < n; ++i) writer.append(split, made.sample(i), {day * (first + i), 0, 0});
      progress(first += n);
    }
  }
  return writer.finish(
      fmt::format("stormsweep generate nowcast --samples {} --size {} --seed {} --validation-fraction "
                  "{} --test-fraction {}",
                  world.samples, world.side, world.seed, world.validation_fraction, world.test_fraction));
}

}  // namespace stormsweep
