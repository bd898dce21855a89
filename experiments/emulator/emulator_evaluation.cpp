#include "experiments/emulator/emulator_evaluation.hpp"

#include <torch/utils.h>

#include <algorithm>

#include "search/space/experiment.hpp"

namespace stormsweep {

namespace {

constexpr std::int64_t loss_batch = 32;   // the paper's: Dice and Hessian are those of a batch
constexpr std::int64_t half_a_band = 15;  // degrees

}  // namespace

EmulatorEvaluation::EmulatorEvaluation(const ClimateSet& set, const EmulatorChoice& choice,
                                       const PatternScaling& baselines)
    : loss_(choice, torch::kCPU),
      latitudes_(set.layout().grid.latitudes),
      months_(set.layout(), choice.network.window) {
  place_ = torch::tensor(months_.place);
  const auto places = places_of(choice.targets, set.layout().targets, set.path());
  truth_ = targets_of(set, months_.windows, places);
  for (std::size_t t = 0; t < places.size(); ++t) {
    const ChannelStatistics& how = set.layout().targets[static_cast<std::size_t>(places[t])].statistics;
    targets_.push_back(
        {choice.targets[t], how.mean, how.deviation, EmulatorScores(latitudes_), EmulatorScores(latitudes_)});
  }
  for (std::size_t i = 0; i < months_.windows.size(); ++i) {
    if (i == 0 || months_.windows[i].run != months_.windows[i - 1].run) runs_.push_back({i, i});
    runs_.back().end = i + 1;
    months_of_year_.push_back(month_of_year(months_.windows[i].month));
  }
  for (const Run& run : runs_) {  // one at a time: maps of all runs may take gigabytes
    std::vector<torch::Tensor> patterns, climatologies;
    for (std::size_t i = run.first; i < run.end; ++i) {
      const double forcing = window_forcing(set, months_.windows[i], choice.network.window);
      patterns.push_back(baselines.pattern(months_of_year_[i], forcing));
      climatologies.push_back(baselines.climatology(months_of_year_[i]));
    }
    const auto pattern = torch::stack(patterns, 1), climatology = torch::stack(climatologies, 1);
    for (std::size_t t = 0; t < targets_.size(); ++t) {
      add(targets_[t].pattern, t, run, pattern[static_cast<std::int64_t>(t)]);
      add(targets_[t].climatology, t, run, climatology[static_cast<std::int64_t>(t)]);
    }
  }
}

torch::Tensor EmulatorEvaluation::physical(std::size_t t, const Run& run, const torch::Tensor& standardised) const {
  const auto first = static_cast<std::int64_t>(run.first), end = static_cast<std::int64_t>(run.end);
  const auto maps = standardised.slice(0, first, end).select(1, static_cast<std::int64_t>(t));
  return maps.to(torch::kFloat64) * targets_[t].deviation + targets_[t].mean;
}

void EmulatorEvaluation::add(EmulatorScores& scores, std::size_t t, const Run& run, const torch::Tensor& maps) const {
  scores.add(targets_[t].name == "pr" ? maps.clamp_min(0) : maps, physical(t, run, truth_),
             std::span(months_of_year_).subspan(run.first, run.end - run.first));
}

double EmulatorEvaluation::mean_loss(const torch::Tensor& maps) const {
  double sum = 0;
  const std::int64_t count = maps.size(0);
  for (std::int64_t first = 0; first < count; first += loss_batch) {
    const std::int64_t last = std::min(first + loss_batch, count);
    sum += loss_(maps.slice(0, first, last), truth_.slice(0, first, last)).item<double>() *
           static_cast<double>(last - first);
  }
  return sum / static_cast<double>(count);
}

Metrics EmulatorEvaluation::judge(const torch::Tensor& maps, const std::string& split, bool details) const {
  const torch::NoGradGuard no_gradient;
  const auto all = maps.index_select(0, place_);
  Metrics metrics{{split + "_loss", mean_loss(all)}};
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    const Target& target = targets_[t];
    const std::string name = split + "_" + target.name + "_";
    EmulatorScores own(latitudes_);
    for (const Run& run : runs_) add(own, t, run, physical(t, run, all));
    const auto tell = [&](const std::string& who, const EmulatorScores& scores) {
      metrics.emplace_back(name + who + "monthly_rmse", scores.monthly_rmse());
      metrics.emplace_back(name + who + "time_mean_rmse", scores.time_mean_rmse());
      metrics.emplace_back(name + who + "time_stddev_mae", scores.time_stddev_mae());
    };
    const double ratio = own.monthly_rmse() / target.pattern.monthly_rmse();
    tell("", own);
    metrics.emplace_back(name + "pattern_skill", 1 - ratio * ratio);
    if (!details) continue;
    for (const auto& [who, scores] : {std::pair<std::string, const EmulatorScores&>{"", own},
                                      {"pattern_", target.pattern},
                                      {"climatology_", target.climatology}}) {
      if (!who.empty()) tell(who, scores);
      for (int month = 1; month <= 12; ++month)
        metrics.emplace_back(profile_metric(name + who + "month_rmse", std::int64_t{month}),
                             scores.rmse_of_month(month));
      for (std::int64_t middle = -75; middle <= 75; middle += 2 * half_a_band)
        metrics.emplace_back(
            profile_metric(name + who + "band_rmse", middle),
            scores.rmse_of_band(static_cast<double>(middle - half_a_band), static_cast<double>(middle + half_a_band)));
    }
  }
  return metrics;
}

}  // namespace stormsweep
