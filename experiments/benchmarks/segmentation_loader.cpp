// Our half of segmentation_loader.py: samples a second of batches whose numbers come in on standard input. With OUT the
// batches are written there, inputs [n, height, width, 16] and targets in turn, and nothing is measured.
// benchmark_segmentation_loader FOLDER BATCH_SIZE THREADS [OUT]
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <vector>

#include "datasets/prefetch.hpp"
#include "datasets/weather/weather_batches.hpp"

using namespace stormsweep;

namespace {

void write(const torch::Tensor& values, std::ofstream& out) {
  out.write(static_cast<const char*>(values.data_ptr()), static_cast<std::streamsize>(values.nbytes()));
}

}  // namespace

int main(int count, char** words) {
  const WeatherSet set(words[1]);
  const ChannelRange range{set.index().minimum, set.index().maximum};
  const auto batch_size = static_cast<std::size_t>(std::atoi(words[2]));
  std::vector<std::int64_t> samples;
  for (std::int64_t sample = 0; std::cin >> sample;) samples.push_back(sample);
  const auto make = [&](std::int64_t k) {
    return gather(set, std::span(samples).subspan(static_cast<std::size_t>(k) * batch_size, batch_size), range, 0);
  };
  const auto batches = static_cast<std::int64_t>(samples.size() / batch_size);
  const auto begin = std::chrono::steady_clock::now();
  Prefetch ahead(batches, make, std::atoi(words[3]));
  std::ofstream out;
  if (count > 4) out.open(words[4], std::ios::binary);
  while (const auto batch = ahead.next()) {
    if (out.is_open()) write(batch->input, out), write(batch->target, out);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("%g\n", static_cast<double>(batches) * static_cast<double>(batch_size) / seconds);
}
