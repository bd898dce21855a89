#include "experiments/emulator/pattern_start.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <array>

namespace stormsweep {

namespace {

constexpr const char *offsets_name = "pattern_offsets", *slopes_name = "pattern_slopes";
constexpr int months_of_the_year = 12;

}  // namespace

PatternStart::PatternStart(const PatternScaling& lines, const std::vector<ClimateField>& fields) {
  std::vector<float> means, deviations;
  for (const ClimateField& field : fields) {
    means.push_back(field.statistics.mean);
    deviations.push_back(field.statistics.deviation);
  }
  const auto mean = torch::tensor(means).view({-1, 1, 1}), deviation = torch::tensor(deviations).view({-1, 1, 1});
  std::vector<torch::Tensor> offsets, slopes;
  for (int month = 1; month <= months_of_the_year; ++month) {
    const torch::Tensor offset = lines.pattern(month, 0);
    offsets.push_back((offset - mean) / deviation);
    slopes.push_back((lines.pattern(month, 1) - offset) / deviation);
  }
  offsets_ = torch::stack(offsets), slopes_ = torch::stack(slopes);
}

PatternStart::PatternStart(const torch::nn::Module& network) {
  const auto buffers = network.named_buffers();
  offsets_ = buffers[offsets_name], slopes_ = buffers[slopes_name];
}

void PatternStart::add_buffers(torch::nn::Module& network, torch::IntArrayRef sizes) {
  std::vector<std::int64_t> all{months_of_the_year};
  all.insert(all.end(), sizes.begin(), sizes.end());
  for (const char* name : {offsets_name, slopes_name})
    network.register_buffer(name, torch::zeros(all, torch::kFloat64));
}

void PatternStart::add_buffers(torch::nn::Module& network) const {
  network.register_buffer(offsets_name, offsets_.clone());
  network.register_buffer(slopes_name, slopes_.clone());
}

torch::Tensor PatternStart::maps(const ClimateSet& set, std::span<const ClimateWindow> windows,
                                 std::int64_t length) const {
  std::vector<torch::Tensor> maps;
  for (const ClimateWindow& window : windows) {
    const std::int64_t month = month_of_year(window.month) - 1;
    maps.push_back(torch::add(offsets_[month], slopes_[month], window_forcing(set, window, length)));
  }
  return torch::stack(maps).to(torch::kFloat32);
}

bool has_lines(std::span<const ClimateWindow> windows) {
  std::array<bool, months_of_the_year> seen{};
  for (const ClimateWindow& window : windows) seen[static_cast<std::size_t>(month_of_year(window.month) - 1)] = true;
  return std::ranges::find(seen, false) == seen.end();
}

}  // namespace stormsweep
