#include "master/cli/compare.hpp"

#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "master/cli/network_size.hpp"
#include "master/cli/plan.hpp"
#include "master/page/paper.hpp"
#include "master/report/recorded_rates.hpp"
#include "master/scaling/scaling_report.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

/// The configurations with `numbers`; the first configuration if there are none.
std::vector<NumberedConfiguration> configurations_of(const Space& space, const std::vector<std::uint64_t>& numbers) {
  if (numbers.empty()) return {make_plan(space).shown.front()};
  std::vector<NumberedConfiguration> configurations;
  for (const std::uint64_t number : numbers) configurations.push_back(make_plan(space, number).shown.front());
  return configurations;
}

/// The work of a rank in a step, without its time.
StepLoad load_of(const Reader& read, const NetworkSize& size) {
  return {.samples = static_cast<double>(read.integer("batch_size")),
          .buckets = size.buckets,
          .precision = read.choice("gradient_precision") == "bf16" ? TransferPrecision::bf16 : TransferPrecision::fp32,
          .lag = static_cast<int>(read.integer("gradient_lag"))};
}

/// Whether every rank of a gang trains batch_size samples a step, whatever their number.
bool batch_is_of_a_rank(const Experiment& experiment, const Reader& read) {
  return !experiment.find("batch") || read.choice("batch") != "global";
}

/// Rates of a single rank and, if batches grow with them, of gangs. Throws InputError where there is no rate of a
/// single rank.
std::map<std::size_t, double> measured_rates(const ScalingQuestion& question, const Space& space,
                                             const NumberedConfiguration& of) {
  if (question.results.empty()) return {};
  auto rates = recorded_rates(question.results, *space.experiment, of.configuration);
  if (!rates.contains(1))
    throw InputError(
        fmt::format("{}: no complete trial of configuration {} on one rank; run {} with gpus 1, or name another "
                    "configuration with --at",
                    question.results.string(), of.number, question.space.string()));
  if (!batch_is_of_a_rank(*space.experiment, Reader(of.configuration, *space.experiment)))
    rates.erase(std::next(rates.begin()), rates.end());
  return rates;
}

/// The machines that were asked for; otherwise all that ship.
std::vector<Cluster> clusters_of(const ScalingQuestion& question) {
  std::vector<Cluster> clusters;
  for (const std::string& machine : question.machines) clusters.push_back(find_cluster(machine));
  if (clusters.empty())
    for (const auto& [name, _] : shipped_clusters()) clusters.push_back(find_cluster(name));
  return clusters;
}

std::string precisions_of(const Cluster& cluster) {
  std::vector<std::string> names;
  for (const auto& [precision, _] : cluster.flops) names.push_back(precision);
  return names.empty() ? "none" : join(names);
}

/// Sets how long a rank computes; false where that is not known.
bool time_computing(ScalingCurve& curve, const ScalingQuestion& question, const std::string& precision) {
  if (!curve.measured.empty()) {
    curve.load.computing = curve.load.samples / curve.measured.at(1);
    curve.computing_source = fmt::format("measured on one rank, {}", question.results.string());
    return true;
  }
  const auto rate = curve.cluster.flops.find(precision);
  if (rate == curve.cluster.flops.end()) return false;
  curve.load.computing = curve.training_flops * curve.load.samples / rate->second.value;
  curve.computing_source = rate->second.source;
  return true;
}

/// A machine that was asked for must have a known rate: throws InputError; otherwise adds a note.
void no_rate(ScalingReport& report, const ScalingQuestion& question, const Cluster& cluster,
             const std::string& precision) {
  const std::string lacks =
      fmt::format("{}: flops has no {}, only {}", cluster.name, precision, precisions_of(cluster));
  if (!question.machines.empty())
    throw InputError(fmt::format(
        "{}; add it, choose a configuration of another precision with --at, or give measured trials with --results",
        lacks));
  report.notes.push_back(lacks);
}

std::vector<std::string> assumptions() {
  return {
      "waited for: the part of the sums not hidden by the backward pass, with gradient_lag 1 by the next step",
      "weak scaling: each rank trains the same number of samples a step, in one batch, for any number of ranks; "
      "accuracy is not considered",
      "sums: as this program makes them over MPI, within hosts, then of each host with every other; NCCL's, where each "
      "rank has a GPU of its own, and copies from GPUs to hosts are not modelled",
      "not included: reading data, evaluation, checkpoints and failures; all hosts are equally far from each other"};
}

void add_curves(ScalingReport& report, const ScalingQuestion& question, const std::vector<Cluster>& clusters,
                const Space& space, const NumberedConfiguration& of, const NetworkSize& size) {
  const Reader read(of.configuration, *space.experiment);
  const std::string& precision = read.choice("precision");
  const auto measured = measured_rates(question, space, of);
  for (const Cluster& cluster : clusters) {
    ScalingCurve curve{.cluster = cluster,
                       .configuration = of.number,
                       .training_flops = size.training_flops,
                       .load = load_of(read, size),
                       .computing_source = {},
                       .steps = {},
                       .measured = measured};
    if (!time_computing(curve, question, precision)) {
      no_rate(report, question, cluster, precision);
      continue;
    }
    for (const std::size_t ranks : question.ranks)
      curve.steps.push_back(forecast_step(curve.load, curve.cluster, ranks));
    report.curves.push_back(std::move(curve));
  }
}

void print(const ScalingReport& report, const ScalingQuestion& question) {
  if (!question.plot.empty()) draw(scaling_chart(report)).save(question.plot);  // first: it may be refused
  if (question.json)
    std::cout << scaling_json(report).dump(2) << '\n';
  else
    std::cout << to_text(scaling_table(report));
  if (!question.plot.empty() && !question.json) std::cout << question.plot << '\n';
}

}  // namespace

int compare_scaling(const ScalingQuestion& question) {
  const Space space = read_lasting_space(question.space);
  const std::vector<NumberedConfiguration> chosen = configurations_of(space, question.at);
  const std::vector<Cluster> clusters = clusters_of(question);
  std::vector<Configuration> configurations;
  for (const NumberedConfiguration& one : chosen) configurations.push_back(one.configuration);
  const auto sizes = network_sizes(question.space, space, configurations);
  if (!sizes) return exit_bad_input;

  ScalingReport report{.search = space.name, .curves = {}, .published = {}, .notes = {}};
  for (std::size_t i = 0; i < chosen.size(); ++i) add_curves(report, question, clusters, space, chosen[i], (*sizes)[i]);
  if (report.curves.empty())
    throw InputError(fmt::format("{}; give a machine that has it with --machine", report.notes.front()));
  if (const auto paper = published_texts().find(space.experiment->name); paper != published_texts().end())
    report.published = published_scaling(paper->second);
  for (std::string& line : assumptions()) report.notes.push_back(std::move(line));
  print(report, question);
  return exit_done;
}

}  // namespace stormsweep
