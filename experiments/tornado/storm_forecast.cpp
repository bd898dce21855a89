#include "experiments/tornado/storm_forecast.hpp"

#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "datasets/storms/storm_batches.hpp"
#include "datasets/storms/storm_patch_file.hpp"
#include "experiments/tornado/tornado_choice.hpp"
#include "experiments/tornado/tornado_notes.hpp"
#include "models/tornado_loss.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t block = 1024;  // storms at once: 12 MiB

bool is_patch_file(const std::filesystem::path& file) {
  return file.extension() == ".nc";
}

ModelFile in_float32(ModelFile file) {
  file.compute_in_float32();
  return file;
}

std::span<const float> part(std::span<const float> all, std::int64_t first, std::int64_t n, std::int64_t each = 1) {
  return all.subspan(static_cast<std::size_t>(first * each), static_cast<std::size_t>(n * each));
}

}  // namespace

float StormForecast::probability() const {
  return 1 / (1 + std::exp(-logit));
}

StormModel::StormModel(const std::string& path) : StormModel(in_float32(load_model(path, "tornado")), path) {}

StormModel::StormModel(ModelFile file, const std::string& path)
    : statistics_(parse_tornado_notes(file.notes, path)),
      label_(label_rule({file.configuration, *file.experiment})),
      network_(network_options({file.configuration, *file.experiment}), 0) {
  network_.load(file.network);
  network_.eval();
}

std::vector<StormForecast> StormModel::forecast(std::int64_t first, std::span<const float> patches,
                                                std::span<const float> vorticity_max,
                                                std::span<const float> vorticity_mean) {
  const torch::NoGradGuard no_gradient;
  const auto n = std::ssize(vorticity_max);
  const auto input = torch::empty({n, storm_channels, storm_side, storm_side}, torch::MemoryFormat::ChannelsLast);
  const std::span to(input.data_ptr<float>(), static_cast<std::size_t>(input.numel()));
  for (std::int64_t i = 0; i < n; ++i)
    standardise(part(patches, i, 1, storm_floats), statistics_,
                to.subspan(static_cast<std::size_t>(i * storm_floats), storm_floats));
  const auto logits = tornado_logits(network_, input, fastest_path(network_, input));
  std::vector<StormForecast> forecasts;
  for (std::size_t i = 0; i < vorticity_max.size(); ++i) {
    const auto patch = part(patches, static_cast<std::int64_t>(i), 1, storm_floats);
    const bool whole = std::ranges::all_of(patch, [](float value) { return std::isfinite(value); }),
               known = std::isfinite(vorticity_max[i]) && std::isfinite(vorticity_mean[i]);
    forecasts.push_back({.storm = first + static_cast<std::int64_t>(i),
                         .logit = whole ? logits.data_ptr<float>()[i] : std::numeric_limits<float>::quiet_NaN(),
                         .positive = {},
                         .vorticity_max = vorticity_max[i],
                         .vorticity_mean = vorticity_mean[i]});
    if (known) forecasts.back().positive = positive(label_, vorticity_max[i], vorticity_mean[i]);
  }
  return forecasts;
}

std::int64_t count_storms(const std::filesystem::path& file) {
  return is_patch_file(file) ? StormPatchFile(file).size() : Storms(file).size();
}

void forecast_storms(const std::filesystem::path& file, StormModel& model,
                     const std::function<void(const std::vector<StormForecast>&)>& use) {
  const auto each_block = [&](std::int64_t size, const auto& forecast) {
    for (std::int64_t first = 0; first < size; first += block) use(forecast(first, std::min(block, size - first)));
  };
  if (is_patch_file(file)) {
    const StormPatchFile storms(file);
    std::vector<float> patches(block * storm_floats), most(block), mean(block);
    each_block(storms.size(), [&](std::int64_t first, std::int64_t n) {
      storms.read(first, n, patches, most, mean);
      return model.forecast(first, part(patches, 0, n, storm_floats), part(most, 0, n), part(mean, 0, n));
    });
  } else {
    const Storms storms(file);
    each_block(storms.size(), [&](std::int64_t first, std::int64_t n) {
      return model.forecast(first, part(storms.patches(), first, n, storm_floats),
                            part(storms.vorticity_max(), first, n), part(storms.vorticity_mean(), first, n));
    });
  }
}

}  // namespace stormsweep
