#include "master/scaling/scaling_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

namespace stormsweep {

namespace {

using Json = nlohmann::ordered_json;

bool several_configurations(const ScalingReport& report) {
  return std::ranges::any_of(report.curves, [&](const ScalingCurve& curve) {
    return curve.configuration != report.curves.front().configuration;
  });
}

std::string milliseconds(double seconds) {
  return fmt::format("{:.4g}", 1000 * seconds);
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string flop_text(double flop) {
  return flop < 1e12 ? fmt::format("{:.4g} GFLOP", flop / 1e9) : fmt::format("{:.4g} TFLOP", flop / 1e12);
}

double efficiency(const ScalingCurve& curve, std::size_t ranks, double samples_per_second) {
  return samples_per_second / static_cast<double>(ranks) / curve.measured.at(1);
}

/// The speed-up for each doubling of the ranks, from one row to the next.
double doubling(const StepForecast& before, const StepForecast& step) {
  const double times = static_cast<double>(step.ranks) / static_cast<double>(before.ranks);
  return std::pow(step.samples_per_second / before.samples_per_second, 1 / std::log2(times));
}

std::vector<std::string> cells_of(const ScalingCurve& curve, std::size_t i) {
  const StepForecast& step = curve.steps[i];
  std::vector<std::string> cells{grouped(step.ranks), grouped(step.hosts)};
  for (const double seconds :
       {step.computing, step.sums.in_hosts, step.sums.between, step.waited, step.stragglers, step.seconds()})
    cells.push_back(milliseconds(seconds));
  cells.push_back(rate_text(step.samples_per_second));
  cells.push_back(percent(step.efficiency));
  if (i > 0) cells.push_back(fmt::format("{:.3f}", doubling(curve.steps[i - 1], step)));
  return cells;
}

double gradients_of(const StepLoad& load) {
  return std::accumulate(load.buckets.begin(), load.buckets.end(), 0.0);
}

std::string load_text(const ScalingCurve& curve) {
  const StepLoad& load = curve.load;
  const bool bf16 = load.precision == TransferPrecision::bf16;
  const double gradients = gradients_of(load);
  return fmt::format(
      "configuration {}: {} a sample, {:.0f} sample{} a rank and step; {} gradients, {:.4g} MB in {} sum{} "
      "as {}; gradient_lag {}",
      curve.configuration, flop_text(curve.training_flops), load.samples, load.samples == 1 ? "" : "s",
      grouped(static_cast<std::uint64_t>(gradients)), gradients * (bf16 ? 2 : 4) / 1e6, load.buckets.size(),
      load.buckets.size() == 1 ? "" : "s", bf16 ? "bf16" : "fp32", load.lag);
}

std::string cluster_text(const ScalingCurve& curve) {
  const auto& spread = curve.cluster.spread;
  const double rate = curve.training_flops * curve.load.samples / curve.load.computing;
  return fmt::format("{}: {:.3g} TFLOP/s a rank: {}; {}", curve.cluster.name, rate / 1e12, curve.computing_source,
                     spread ? fmt::format("a rank's time spreads by {}: {}", percent(spread->value), spread->source)
                            : "all ranks take alike");
}

std::vector<std::string> measured_texts(const ScalingCurve& curve) {
  std::vector<std::string> texts;
  for (const auto& [ranks, rate] : curve.measured)
    texts.push_back(fmt::format("configuration {} measured on {} rank{}: {} samples/s, {}", curve.configuration, ranks,
                                ranks == 1 ? "" : "s", rate_text(rate), percent(efficiency(curve, ranks, rate))));
  return texts;
}

std::vector<std::string> footnotes(const ScalingReport& report) {
  std::vector<std::string> lines;
  const auto add = [&](const std::string& line) {
    if (std::ranges::find(lines, line) == lines.end()) lines.push_back(line);
  };
  for (const ScalingCurve& curve : report.curves) add(load_text(curve));
  for (const ScalingCurve& curve : report.curves) add(cluster_text(curve));
  for (const ScalingCurve& curve : report.curves) std::ranges::for_each(measured_texts(curve), add);
  for (const PublishedPoint& point : report.published)
    add(fmt::format("published: {}: {}", point.what, percent(point.efficiency)));
  std::ranges::for_each(report.notes, add);
  return lines;
}

Json json_of(const Sourced& number) {
  return {{"value", number.value}, {"source", number.source}};
}

Json json_of(const ScalingCurve& curve) {
  Json json{{"machine", curve.cluster.name},
            {"configuration", curve.configuration},
            {"training_flops", curve.training_flops},
            {"samples", curve.load.samples},
            {"gradients", gradients_of(curve.load)},
            {"sums", curve.load.buckets.size()},
            {"computing", json_of({curve.load.computing, curve.computing_source})}};
  if (curve.cluster.spread) json["spread"] = json_of(*curve.cluster.spread);
  for (const StepForecast& step : curve.steps)
    json["steps"].push_back({{"ranks", step.ranks},
                             {"hosts", step.hosts},
                             {"computing_seconds", step.computing},
                             {"sums_in_hosts_seconds", step.sums.in_hosts},
                             {"sums_between_hosts_seconds", step.sums.between},
                             {"waited_seconds", step.waited},
                             {"straggler_seconds", step.stragglers},
                             {"step_seconds", step.seconds()},
                             {"samples_per_second", step.samples_per_second},
                             {"efficiency", step.efficiency}});
  for (const auto& [ranks, rate] : curve.measured)
    json["measured"].push_back(
        {{"ranks", ranks}, {"samples_per_second", rate}, {"efficiency", efficiency(curve, ranks, rate)}});
  return json;
}

Position percents(std::size_t ranks, double share) {
  return {static_cast<double>(ranks), 100 * share};
}

/// Configurations with the same prediction on one machine, drawn once because their lines would hide each other.
struct Alike {
  const ScalingCurve* curve;
  std::vector<std::uint64_t> numbers;

  bool has(const ScalingCurve& other) const {
    return other.cluster.name == curve->cluster.name &&
           std::ranges::equal(other.steps, curve->steps, {}, &StepForecast::efficiency, &StepForecast::efficiency);
  }
  /// Ascending numbers; runs of them as "0 to 3".
  std::string configurations() const {
    std::string text;
    for (std::size_t first = 0, next = 0; first < numbers.size(); first = next) {
      for (next = first + 1; next < numbers.size() && numbers[next] == numbers[next - 1] + 1;) ++next;
      text += fmt::format("{}{}", text.empty() ? "" : ", ", numbers[first]);
      if (next - first > 1) text += fmt::format(" to {}", numbers[next - 1]);
    }
    return fmt::format(", configuration{} {}", numbers.size() == 1 ? "" : "s", text);
  }
};

std::vector<Alike> alike_predictions(const ScalingReport& report) {
  std::vector<Alike> found;
  for (const ScalingCurve& curve : report.curves) {
    auto alike = std::ranges::find_if(found, [&](const Alike& one) { return one.has(curve); });
    if (alike == found.end()) alike = found.insert(found.end(), {&curve, {}});
    alike->numbers.push_back(curve.configuration);
  }
  return found;
}

/// Whether the figure shows the point's machine, or the point names none.
bool is_beside(const ScalingReport& report, const PublishedPoint& point) {
  return point.machine.empty() || std::ranges::any_of(report.curves, [&](const ScalingCurve& curve) {
           return curve.cluster.name == point.machine;
         });
}

}  // namespace

Table scaling_table(const ScalingReport& report) {
  Table table{.title = fmt::format("{}: weak scaling as it is predicted; milliseconds of a step", report.search),
              .header = {"machine", "ranks", "hosts", "computing", "sums in hosts", "between", "waited for",
                         "stragglers", "step", "samples/s", "efficiency", "a doubling"}};
  table.numeric.assign(table.header.size() + 1, true);
  table.numeric[0] = false;
  const bool numbers = several_configurations(report);
  if (numbers) table.header.insert(table.header.begin() + 1, "configuration");
  for (const ScalingCurve& curve : report.curves)
    for (std::size_t i = 0; i < curve.steps.size(); ++i) {
      auto& row = table.rows.emplace_back(std::vector{curve.cluster.name});
      if (numbers) row.push_back(grouped(curve.configuration));
      for (std::string& cell : cells_of(curve, i)) row.push_back(std::move(cell));
    }
  table.footnotes = footnotes(report);
  return table;
}

Json scaling_json(const ScalingReport& report) {
  Json json{{"search", report.search}, {"curves", Json::array()}, {"published", Json::array()}};
  for (const ScalingCurve& curve : report.curves) json["curves"].push_back(json_of(curve));
  for (const PublishedPoint& point : report.published)
    json["published"].push_back({{"what", point.what}, {"ranks", point.ranks}, {"efficiency", point.efficiency}});
  json["notes"] = report.notes;
  return json;
}

Chart scaling_chart(const ScalingReport& report) {
  Chart chart{"ranks", "efficiency, %", {}, {{"", {}}}, Spacing::logarithmic};
  auto& lines = chart.panels[0].lines;
  for (const Alike& alike : alike_predictions(report)) {
    const std::string name = fmt::format("predicted: {}{}", alike.curve->cluster.name,
                                         several_configurations(report) ? alike.configurations() : "");
    auto& line = lines.emplace_back(Chart::Line{name, {}});
    for (const StepForecast& step : alike.curve->steps) line.points.push_back(percents(step.ranks, step.efficiency));
  }
  for (const ScalingCurve& curve : report.curves) {
    const std::string name = fmt::format("measured: configuration {}", curve.configuration);
    if (curve.measured.size() < 2 || std::ranges::find(lines, name, &Chart::Line::name) != lines.end()) continue;
    auto& line = lines.emplace_back(Chart::Line{name, {}, Chart::Style::dots});
    for (const auto& [ranks, rate] : curve.measured)
      line.points.push_back(percents(ranks, efficiency(curve, ranks, rate)));
  }
  for (const PublishedPoint& point : report.published)
    if (is_beside(report, point))
      lines.push_back({"published: " + point.what, {percents(point.ranks, point.efficiency)}, Chart::Style::dots});
  return chart;
}

}  // namespace stormsweep
