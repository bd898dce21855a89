#include "experiments/emulator/emulator_forecast.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "experiments/emulator/emulator_months.hpp"
#include "experiments/task/model_file.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

/// The layout that a network was trained on, as far as it matters here.
ClimateLayout layout_of(const EmulatorNotes& notes) {
  ClimateLayout layout;
  layout.grid = even_grid(notes.height, notes.width);
  layout.forcings = notes.forcings, layout.targets = notes.targets;
  return layout;
}

/// Factors and offsets [channels] that turn the file's z-scores into the model's; the season has none.
std::pair<torch::Tensor, torch::Tensor> rescaling(const std::vector<ClimateField>& file,
                                                  const std::vector<ClimateField>& model, std::int64_t channels) {
  const auto factor = torch::ones({channels}), offset = torch::zeros({channels});
  for (std::size_t i = 0; i < file.size(); ++i) {
    const ChannelStatistics &from = file[i].statistics, &to = model[i].statistics;
    factor[static_cast<std::int64_t>(i)] = from.deviation / to.deviation;
    offset[static_cast<std::int64_t>(i)] = (from.mean - to.mean) / to.deviation;
  }
  return {factor.view({-1, 1, 1}), offset.view({-1, 1, 1})};
}

std::string names_of(const std::vector<ClimateField>& fields) {
  std::string names;
  for (const ClimateField& field : fields)
    names += fmt::format("{}{} ({})", names.empty() ? "" : ", ", field.name, field.unit);
  return names;
}

/// Whether two grids of one size have the same cell centres, up to the rounding of numbers in files.
bool lie_together(const ClimateGrid& a, const ClimateGrid& b) {
  const auto near = [](double one, double other) { return std::abs(one - other) < 1e-3; };  // degrees
  return std::ranges::equal(a.latitudes, b.latitudes, near) && std::ranges::equal(a.longitudes, b.longitudes, near);
}

}  // namespace

EmulatorModel::EmulatorModel(const std::filesystem::path& path) {
  ModelFile file = load_model(path, "emulator");
  notes_ = parse_emulator_notes(file.notes, path.string());
  file.compute_in_float32();
  choice_ = choose_emulator(Reader(file.configuration, *file.experiment), layout_of(notes_), path);
  const EmulatorOptions& sizes = choice_.network;
  network_ = std::make_unique<EmulatorNetwork>(sizes, 0);
  if (sizes.residual) PatternStart::add_buffers(*network_, {sizes.targets, sizes.height, sizes.width});
  network_->load(file.network);
  if (sizes.residual) start_.emplace(*network_);
  network_->eval();
}

void EmulatorModel::check(const ClimateSet& set) const {
  const ClimateLayout& layout = set.layout();
  const auto refuse = [&](const std::string& problem) {
    throw InputError(
        fmt::format("{}: {}; prepare forcings as those that the model was trained on", set.path().string(), problem));
  };
  if (layout.grid.height() != notes_.height || layout.grid.width() != notes_.width)
    refuse(fmt::format("maps are {} x {} cells, the model's {} x {}", layout.grid.height(), layout.grid.width(),
                       notes_.height, notes_.width));
  if (notes_.grid.cells() > 0 && !lie_together(layout.grid, notes_.grid))
    refuse("latitudes and longitudes are not those of the model's maps");
  const auto alike = [](const ClimateField& a, const ClimateField& b) { return a.name == b.name && a.unit == b.unit; };
  if (!std::ranges::equal(layout.forcings, notes_.forcings, alike))
    refuse(fmt::format("forcings are {}, the model's {}", names_of(layout.forcings), names_of(notes_.forcings)));
}

torch::Tensor EmulatorModel::forecast(const ClimateSet& set, const std::vector<ClimateWindow>& windows,
                                      const std::function<void(std::int64_t, std::int64_t)>& progress) {
  const torch::NoGradGuard no_gradient;
  const auto [factor, offset] = rescaling(set.layout().forcings, notes_.forcings, choice_.network.channels);
  std::vector<torch::Tensor> parts;
  for (std::size_t first = 0; first < windows.size(); first += windows_at_once) {
    progress(static_cast<std::int64_t>(first), std::ssize(windows));
    const auto some = std::span(windows).subspan(first, std::min<std::size_t>(windows_at_once, windows.size() - first));
    const SharedMonths shared = gather_months(set, some, window(), choice_.season);
    parts.push_back(network_->forward(shared.months * factor + offset, shared.places));
    if (start_) parts.back().add_(start_->maps(set, some, choice_.network.window));
  }
  torch::Tensor maps = torch::cat(parts);
  for (std::size_t t = 0; t < notes_.targets.size(); ++t) {
    const ChannelStatistics& how = notes_.targets[t].statistics;
    auto map = maps.select(1, static_cast<std::int64_t>(t));
    map.mul_(how.deviation).add_(how.mean);
    if (notes_.targets[t].name == "pr") map.clamp_min_(0);
  }
  return maps;
}

}  // namespace stormsweep
