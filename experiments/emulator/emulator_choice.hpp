#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "datasets/climate/climate_batches.hpp"
#include "models/emulator_loss.hpp"
#include "models/emulator_options.hpp"
#include "search/space/configuration.hpp"

namespace stormsweep {

/// What a configuration asks for, on the data at hand.
struct EmulatorChoice {
  EmulatorOptions network;
  EmulatorLossWeights weights;
  SeasonalEncoding season = SeasonalEncoding::none;
  std::vector<std::string> targets;  ///< "tas", "pr", or both: a branch of the network each
};

/// Throws InputError, with `file` in front: the data lack a target, or their maps have an odd side.
EmulatorChoice choose_emulator(const Reader& read, const ClimateLayout& layout, const std::filesystem::path& file);

/// Places of `names` among the fields of a layout. Throws InputError, with `file` in front, where one is missing.
std::vector<std::int64_t> places_of(const std::vector<std::string>& names, const std::vector<ClimateField>& fields,
                                    const std::filesystem::path& file);

/// The loss of maps [n, targets, height, width] float32 on a device, standardised: a sum over the targets.
class EmulatorLoss {
 public:
  EmulatorLoss(const EmulatorChoice& choice, const torch::Device& device);
  torch::Tensor operator()(const torch::Tensor& maps, const torch::Tensor& truth) const;

 private:
  std::vector<std::string> targets_;
  EmulatorLossWeights weights_;
  TemperatureLoss temperature_;
};

}  // namespace stormsweep
