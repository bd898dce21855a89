#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "datasets/storms/storm_labels.hpp"
#include "datasets/storms/storms.hpp"
#include "experiments/task/model_file.hpp"
#include "models/tornado_cnn.hpp"

namespace stormsweep {

/// A prediction for one storm, and what came.
struct StormForecast {
  std::int64_t storm;                   ///< its number in its file, from 0
  float logit;                          ///< of the probability; NaN where the storm lacks values
  std::optional<bool> positive;         ///< by the model's label rule; unknown where the vorticity is NaN
  float vorticity_max, vorticity_mean;  ///< 1/s, of the next hour, over the patch

  float probability() const;
};

/// A trained network, with what it was trained on.
class StormModel {
 public:
  /// Throws InputError as load_model and parse_tornado_notes do.
  explicit StormModel(const std::string& path);

  LabelRule label() const { return label_; }
  /// `patches` [n, 32, 32, 3] in physical units; vorticity [n].
  std::vector<StormForecast> forecast(std::int64_t first, std::span<const float> patches,
                                      std::span<const float> vorticity_max, std::span<const float> vorticity_mean);

 private:
  StormModel(ModelFile file, const std::string& path);

  StormStatistics statistics_;
  LabelRule label_;
  TornadoCnn network_;
};

/// Storms of one file: what `prepare` or `generate` wrote (*.h5), or NCAR's storm patches (*.nc). Throws InputError as
/// Storms and StormPatchFile do.
std::int64_t count_storms(const std::filesystem::path& file);
/// Calls `use` for all of them, in order, a block at a time.
void forecast_storms(const std::filesystem::path& file, StormModel& model,
                     const std::function<void(const std::vector<StormForecast>&)>& use);

}  // namespace stormsweep
