#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "datasets/climate/climate_set.hpp"
#include "experiments/emulator/emulator_choice.hpp"
#include "experiments/emulator/emulator_notes.hpp"
#include "experiments/emulator/pattern_start.hpp"
#include "models/emulator_network.hpp"

namespace stormsweep {

/// A trained network, ready to forecast in float32, however it was trained.
class EmulatorModel {
 public:
  /// A file that `stormsweep run --keep-best` left. Throws InputError.
  explicit EmulatorModel(const std::filesystem::path& file);

  const EmulatorNotes& notes() const { return notes_; }
  std::int64_t window() const { return choice_.network.window; }

  /// Whether it was trained on such maps and forcings; throws InputError, with the file's path, where not. Statistics
  /// may differ: the model has its own.
  void check(const ClimateSet& set) const;

  /// [windows, targets, height, width] float32, in K and mm/day, rain not below 0. `set` is checked.
  /// `progress` is given the windows done, and of how many.
  torch::Tensor forecast(const ClimateSet& set, const std::vector<ClimateWindow>& windows,
                         const std::function<void(std::int64_t, std::int64_t)>& progress);

 private:
  EmulatorNotes notes_;
  EmulatorChoice choice_;
  std::unique_ptr<EmulatorNetwork> network_;
  std::optional<PatternStart> start_;  ///< of a residual
};

}  // namespace stormsweep
