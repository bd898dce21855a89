#include "experiments/emulator/emulator_evaluation.hpp"

#include <torch/utils.h>

#include <algorithm>

#include "search/space/experiment.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t loss_batch = 32;    // the paper's: Dice and Hessian are those of a batch
constexpr std::int64_t half_a_band = 15;  // degrees

}  // namespace

EmulatorEvaluation::EmulatorEvaluation(const ClimateSet& set, const EmulatorChoice& choice,
                                       const PatternScaling& baselines, std::size_t months_at_once)
    : set_(set),
      loss_(choice, torch::kCPU),
      latitudes_(set.layout().grid.latitudes),
      months_(set.layout(), choice.network.window),
      place_(torch::tensor(months_.place)),
      places_(places_of(choice.targets, set.layout().targets, set.path())) {
  for (std::size_t t = 0; t < places_.size(); ++t) {
    const ChannelStatistics& how = set.layout().targets[static_cast<std::size_t>(places_[t])].statistics;
    targets_.push_back(
        {choice.targets[t], how.mean, how.deviation, EmulatorScores(latitudes_), EmulatorScores(latitudes_)});
  }
  for (const ClimateWindow& window : months_.windows) months_of_year_.push_back(month_of_year(window.month));
  divide(months_at_once);
  for (const Part& part : parts_) {
    std::vector<torch::Tensor> patterns, climatologies;
    for (std::size_t i = part.first; i < part.end; ++i) {
      const double forcing = window_forcing(set, months_.windows[i], choice.network.window);
      patterns.push_back(baselines.pattern(months_of_year_[i], forcing));
      climatologies.push_back(baselines.climatology(months_of_year_[i]));
    }
    const auto pattern = torch::stack(patterns, 1), climatology = torch::stack(climatologies, 1);
    const auto all = truth(part.first, part.end);
    for (std::size_t t = 0; t < targets_.size(); ++t) {
      const auto own = physical(t, all);
      add(targets_[t].pattern, t, part, pattern[static_cast<std::int64_t>(t)], own);
      add(targets_[t].climatology, t, part, climatology[static_cast<std::int64_t>(t)], own);
    }
  }
}

void EmulatorEvaluation::divide(std::size_t months_at_once) {
  const auto run_of = [&](std::size_t i) { return months_.windows[i].run; };
  const std::size_t count = months_.windows.size();
  for (std::size_t first = 0, end = 0; first < count; first = end) {
    while (end < count && end < first + months_at_once && run_of(end) == run_of(first)) ++end;
    parts_.push_back({first, end, end == count || run_of(end) != run_of(first)});
  }
}

torch::Tensor EmulatorEvaluation::truth(std::size_t first, std::size_t end) const {
  return targets_of(set_, std::span(months_.windows).subspan(first, end - first), places_);
}

torch::Tensor EmulatorEvaluation::forecast(const torch::Tensor& maps, std::size_t first, std::size_t end) const {
  return maps.index_select(0, place_.slice(0, static_cast<std::int64_t>(first), static_cast<std::int64_t>(end)));
}

torch::Tensor EmulatorEvaluation::physical(std::size_t t, const torch::Tensor& standardised) const {
  return standardised.select(1, static_cast<std::int64_t>(t)).to(torch::kFloat64) * targets_[t].deviation +
         targets_[t].mean;
}

void EmulatorEvaluation::add(EmulatorScores& scores, std::size_t t, const Part& part, const torch::Tensor& maps,
                             const torch::Tensor& truth) const {
  scores.add(targets_[t].name == "pr" ? maps.clamp_min(0) : maps, truth,
             std::span(months_of_year_).subspan(part.first, part.end - part.first));
  if (part.ends_run) scores.end_run();
}

double EmulatorEvaluation::mean_loss(const torch::Tensor& maps) const {
  double sum = 0;
  const std::size_t count = months_.windows.size();
  for (std::size_t first = 0; first < count; first += loss_batch) {
    const std::size_t end = std::min(first + loss_batch, count);
    sum += loss_(forecast(maps, first, end), truth(first, end)).item<double>() * static_cast<double>(end - first);
  }
  return sum / static_cast<double>(count);
}

std::vector<EmulatorScores> EmulatorEvaluation::scores(const torch::Tensor& maps) const {
  std::vector<EmulatorScores> scores;
  for (std::size_t t = 0; t < targets_.size(); ++t) scores.emplace_back(latitudes_);
  for (const Part& part : parts_) {
    const auto forecast = this->forecast(maps, part.first, part.end), truth = this->truth(part.first, part.end);
    for (std::size_t t = 0; t < targets_.size(); ++t)
      add(scores[t], t, part, physical(t, forecast), physical(t, truth));
  }
  return scores;
}

Metrics EmulatorEvaluation::judge(const torch::Tensor& maps, const std::string& split, bool details) const {
  const torch::NoGradGuard no_gradient;
  Metrics metrics{{split + "_loss", mean_loss(maps)}};
  const std::vector<EmulatorScores> all = scores(maps);
  for (std::size_t t = 0; t < targets_.size(); ++t) {
    const Target& target = targets_[t];
    const std::string name = split + "_" + target.name + "_";
    const EmulatorScores& own = all[t];
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
