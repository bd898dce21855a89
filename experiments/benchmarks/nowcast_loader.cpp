// Our half of nowcast_loader.py: samples a second of batches whose patches come in on standard input.
// benchmark_nowcast_loader FILE BATCH_SIZE THREADS SYMMETRIES(0|1)
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <vector>

#include "datasets/nowcast/nowcast_batches.hpp"
#include "datasets/prefetch.hpp"

using namespace stormsweep;

int main(int, char** words) {
  const NowcastPatches patches(words[1]);
  const auto batch_size = static_cast<std::size_t>(std::atoi(words[2]));
  const bool symmetries = std::atoi(words[4]) != 0;
  std::vector<NowcastSample> samples;
  for (std::int64_t patch = 0; std::cin >> patch;)
    samples.push_back({patch, symmetries ? static_cast<int>(samples.size() % 8) : 0});
  const auto batch = [&](std::int64_t k) {
    return gather(patches, std::span(samples).subspan(static_cast<std::size_t>(k) * batch_size, batch_size),
                  patches.meta().statistics);
  };
  const auto count = static_cast<std::int64_t>(samples.size() / batch_size);
  const auto begin = std::chrono::steady_clock::now();
  Prefetch batches(count, batch, std::atoi(words[3]));
  while (batches.next()) {
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%g\n", static_cast<double>(count) * static_cast<double>(batch_size) / seconds);
}
