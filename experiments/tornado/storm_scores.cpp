#include "experiments/tornado/storm_scores.hpp"

#include <fmt/format.h>
#include <torch/utils.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include "datasets/drawing/chart.hpp"
#include "models/binary_metrics.hpp"
#include "models/reliability.hpp"
#include "search/base/table.hpp"

namespace stormsweep {

namespace {

/// Bounds of the classes of probability in the figure: narrow where most storms are.
const std::vector<float> class_bounds{0.02f, 0.05f, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f, 0.6f, 0.7f, 0.8f, 0.9f};

std::string score_text(double score) {
  return std::isnan(score) ? "-" : fmt::format("{:.3f}", score);
}

torch::Tensor tensor_of(const std::vector<float>& numbers) {
  return torch::tensor(torch::ArrayRef<float>(numbers));
}

}  // namespace

void StormScores::add(const StormForecast& forecast) {
  if (!forecast.positive || std::isnan(forecast.logit)) return;
  logits_.push_back(forecast.logit);
  targets_.push_back(*forecast.positive ? 1.0f : 0.0f);
}

void StormScores::print(LabelRule label, const std::vector<float>& thresholds) const {
  const auto logits = tensor_of(logits_), targets = tensor_of(targets_);
  Table table{.header = {"probability", "hits", "misses", "false alarms", "POD", "FAR", "CSI"},
              .numeric = std::vector<bool>(7, true)};
  for (const float threshold : thresholds) {
    // Warnings are those of which the shifted probability exceeds 0.5.
    const auto m = binary_metrics(logits - std::log(threshold / (1 - threshold)), targets);
    table.rows.push_back({fmt::format("{:g}", threshold), std::to_string(m.hits), std::to_string(m.misses),
                          std::to_string(m.false_alarms), score_text(m.pod), score_text(m.far), score_text(m.csi)});
  }
  table.footnotes = {"warnings: storms that are more probable than that",
                     "POD: hits / (hits + misses); FAR: false alarms / (hits + false alarms)",
                     "CSI: hits / (hits + misses + false alarms); -: there are none"};
  const auto m = binary_metrics(logits, targets);
  fmt::print("{} storms, {} positive (label {}): AUC {}, Brier skill {}, accuracy {}\n{}", storms(), m.hits + m.misses,
             label == LabelRule::max ? "max" : "mean", score_text(m.auc), score_text(m.brier_skill),
             score_text(m.accuracy), to_text(table));
  std::fflush(stdout);
}

Drawing StormScores::reliability() const {
  Reliability seen(class_bounds);
  seen.add(tensor_of(logits_).sigmoid(), tensor_of(targets_));
  Chart::Line line{.name = "network", .points = {}};
  for (std::int64_t c = 0; c <= std::ssize(class_bounds); ++c)
    if (seen.share(c) > 0) line.points.push_back({seen.forecast(c), seen.seen(c)});
  const auto positive = std::ranges::count(targets_, 1.0f);
  return draw({.x = "forecast probability",
               .y = "share of storms that were positive",
               .words = {},
               .panels = {{"", {std::move(line), {.name = "perfectly reliable", .points = {{0, 0}, {1, 1}}}}}},
               .note = fmt::format("{} storms, {} positive", storms(), positive)});
}

}  // namespace stormsweep
