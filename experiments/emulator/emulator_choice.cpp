#include "experiments/emulator/emulator_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/task/arithmetic.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

bool has(const ClimateLayout& layout, const std::string& target) {
  return std::ranges::find(layout.targets, target, &ClimateField::name) != layout.targets.end();
}

std::vector<std::string> choose_targets(const std::string& asked, const ClimateLayout& layout,
                                        const std::filesystem::path& file) {
  std::vector<std::string> targets;
  for (const char* name : {"tas", "pr"})
    if (has(layout, name) && (asked == "both" || asked == name)) targets.emplace_back(name);
  if (targets.empty())
    throw InputError(fmt::format("{}: targets is {}, which it does not hold; prepare it with {}, or ask for another",
                                 file.string(), asked, asked == "both" ? "tas or pr" : asked));
  return targets;
}

}  // namespace

EmulatorChoice choose_emulator(const Reader& read, const ClimateLayout& layout, const std::filesystem::path& file) {
  const std::int64_t height = layout.grid.height(), width = layout.grid.width();
  if (height % 2 != 0 || width % 2 != 0)
    throw InputError(fmt::format("{}: maps are {} x {} cells, and the network takes even numbers; prepare another grid",
                                 file.string(), height, width));
  EmulatorChoice choice;
  choice.targets = choose_targets(read.choice("targets"), layout, file);
  choice.season = read.flag("seasonal_encoding") ? SeasonalEncoding::added : SeasonalEncoding::none;
  choice.weights = {read.real("tas_gabor"), read.real("tas_hessian"), read.real("tas_polar"), read.real("pr_dice"),
                    read.real("pr_mse")};
  const std::string& recurrent = read.choice("recurrent");
  choice.network = {
      .channels = input_channels(layout, choice.season),
      .height = height,
      .width = width,
      .window = read.integer("window"),
      .targets = std::ssize(choice.targets),
      .init_dim = read.integer("init_dim"),
      .hidden = read.integer("hidden"),
      .layers = read.integer("layers"),
      .encoding = read.choice("encoder") == "unet" ? EmulatorEncoding::unet : EmulatorEncoding::cnn,
      .memory = recurrent == "gru"    ? EmulatorMemory::gru
                : recurrent == "lstm" ? EmulatorMemory::lstm
                                      : EmulatorMemory::none,
      .bidirectional = read.flag("bidirectional"),
      .dropout = read.real("dropout"),
      .residual = read.choice("pattern") == "residual",
      .product_type = arithmetic(read),
  };
  return choice;
}

std::vector<std::int64_t> places_of(const std::vector<std::string>& names, const std::vector<ClimateField>& fields,
                                    const std::filesystem::path& file) {
  std::vector<std::int64_t> places;
  for (const std::string& name : names) {
    const auto found = std::ranges::find(fields, name, &ClimateField::name);
    if (found == fields.end())
      throw InputError(fmt::format("{}: has no {}, which the network wants; prepare it with {}", file.string(), name,
                                   fmt::join(names, ", ")));
    places.push_back(found - fields.begin());
  }
  return places;
}

EmulatorLoss::EmulatorLoss(const EmulatorChoice& choice, const torch::Device& device)
    : targets_(choice.targets),
      weights_(choice.weights),
      temperature_(weights_, choice.network.height, choice.network.width,
                   torch::TensorOptions(torch::kFloat32).device(device)) {}

torch::Tensor EmulatorLoss::operator()(const torch::Tensor& maps, const torch::Tensor& truth) const {
  torch::Tensor sum;
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    const auto place = static_cast<std::int64_t>(t);
    const auto own = maps.select(1, place), true_maps = truth.select(1, place);
    const torch::Tensor loss =
        targets_[t] == "tas" ? temperature_(own, true_maps) : precipitation_loss(own, true_maps, weights_);
    sum = sum.defined() ? sum + loss : loss;
  }
  return sum;
}

}  // namespace stormsweep
