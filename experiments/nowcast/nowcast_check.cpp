#include "experiments/nowcast/nowcast_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "datasets/files/splits.hpp"
#include "datasets/nowcast/nowcast_patches.hpp"
#include "experiments/task/command_options.hpp"
#include "experiments/task/loss_note.hpp"
#include "search/base/error.hpp"
#include "search/base/utc.hpp"

namespace stormsweep {

namespace {

std::string note(const std::string& split, const NowcastPatches& patches) {
  constexpr const char* format = "%Y-%m-%d %H:%M";
  const auto [first, last] = std::minmax_element(patches.times().begin(), patches.times().end());
  return split + ": " + std::to_string(patches.size()) + " patches of " + std::to_string(patches.side()) + " x " +
         std::to_string(patches.side()) + ", forecasts from " + utc_text(*first, format) + " to " +
         utc_text(*last, format) + " UTC";
}

// Sizes at which the network's outputs lie in the centre (models/nowcast_cnn.hpp) and reach the 48 pixels of the loss.
constexpr std::int64_t smallest_side = 256, largest_side = 4096, side_step = 16;

void check_side(const std::filesystem::path& path, std::int64_t side) {
  const std::int64_t nearest = trainable_side(side);
  if (side == nearest) return;
  throw InputError(path.string() + ": patches are " + std::to_string(side) +
                   " pixels wide, which cannot be trained on; make them again with --size " + std::to_string(nearest));
}

void check_alike(const std::filesystem::path& path, const NowcastPatches& patches, const std::filesystem::path& other,
                 const NowcastPatches& train) {
  const auto refuse = [&](const std::string& what) {
    throw InputError(path.string() + ": its " + what + " differs from that of " + other.string() +
                     "; make both in one go with stormsweep prepare nowcast");
  };
  const NowcastMeta &a = patches.meta(), &b = train.meta();
  if (patches.side() != train.side()) refuse("patch size");
  if (a.quantity != b.quantity) refuse("quantity");
  if (a.step_minutes != b.step_minutes) refuse("step between images");
  if (a.statistics.mean != b.statistics.mean || a.statistics.deviation != b.statistics.deviation)
    refuse("normalisation");
}

/// Refuses a space that asks the published network to blend, which only the U-Net can, unless it excludes that.
void check_blend(const Space& space) {
  std::vector<Exclusion> others(space.grid.exclusions().begin(), space.grid.exclusions().end());
  const auto takes = [&](const char* hyperparameter, const char* choice) {
    const Value wanted = std::string(choice);
    for (std::size_t i = 0; i < space.axes.size(); ++i) {
      const std::vector<Value>* all = space.axes[i].values_of(*space.experiment->find(hyperparameter));
      if (!all) continue;
      Exclusion::Term term{i, {}};
      for (std::uint32_t digit = 0; digit < all->size(); ++digit)
        if ((*all)[digit] != wanted) term.digits.push_back(digit);
      if (!term.digits.empty()) others.push_back({{std::move(term)}});
    }
    const auto all = values(space, hyperparameter);
    return std::ranges::find(all, wanted) != all.end();
  };
  if (takes("network", "samsi") && takes("extrapolation", "blend") &&
      Grid({space.grid.sizes().begin(), space.grid.sizes().end()}, std::move(others)).next(0))
    throw InputError("extrapolation is \"blend\", which takes the network \"unet\", not \"samsi\", the default; give " +
                     std::string("\"network\": \"unet\", or exclude the two together"));
}

/// Refuses data that lack what the space asks for.
void check_fits(const Space& space, const std::filesystem::path& path, const NowcastPatches& train) {
  if (train.meta().quantity == RadarQuantity::rain_rate) return;
  for (const Value& loss : values(space, "loss"))
    if (std::get<std::string>(loss) == "balanced")
      throw InputError(path.string() +
                       ": holds VIL, and loss is \"balanced\", whose weights are by rain in mm/h; give " + "\"mse\"");
}

}  // namespace

std::int64_t trainable_side(std::int64_t side) {
  return std::max(smallest_side, (side + side_step / 2) / side_step * side_step);
}

void check_size(const std::string& command, std::int64_t side) {
  if (side == trainable_side(side) && side <= largest_side) return;
  refuse_option(command, "size", std::to_string(side),
                fmt::format("give a multiple of {} from {} to {}, as the network needs it", side_step, smallest_side,
                            largest_side));
}

DataCheck check_nowcast_data(const Space& space, const KeptScans& kept) {
  check_blend(space);
  const auto& data = space.data;
  DataCheck report;
  const NowcastPatches train(data.at("train"));
  check_side(data.at("train"), train.side());
  check_fits(space, data.at("train"), train);
  for (const char* split : split_names) {
    const auto found = data.find(split);
    if (found == data.end()) {
      report.notes.emplace_back("validation: drawn from the test patches, as in the paper, for want of a file");
      continue;
    }
    if (split == std::string_view("validation") && !std::filesystem::exists(found->second))
      throw InputError(found->second.string() +
                       ": no such file; where prepare made none, leave \"validation\" out of the space's data: it is " +
                       "then drawn from the test patches");
    const NowcastPatches patches(found->second);
    check_alike(found->second, patches, data.at("train"), train);
    report.fingerprint += kept.find("nowcast patches 1", {found->second},
                                    [&](const auto& progress) { return fingerprint(patches, progress); });
    report.notes.push_back(note(split, patches));
  }
  if (const double step = train.meta().step_minutes; step != 5 && step != 10 && step != 12 && step != 15) {
    report.notes.push_back(
        fmt::format("images are {:g} min apart: scores by lead time are kept only at lead times that are "
                    "also those of images 5, 10, 12 or 15 min apart",
                    step));
  }
  if (const auto doubt = loss_note(space, {"network", "loss"}, "\"validation_mse\"")) report.notes.push_back(*doubt);
  return report;
}

}  // namespace stormsweep
