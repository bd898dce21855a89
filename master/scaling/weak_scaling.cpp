#include "master/scaling/weak_scaling.hpp"

#include <algorithm>
#include <bit>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "worker/channel/sum_sizes.hpp"

namespace stormsweep {

namespace {

/// Seconds of a reduce, or a spread, of `numbers`, divided among `owners` of the `ranks`; all messages are in transit
/// together. `sharing`: how many groups use the same wire at once.
double step_of_sum(const Wire& wire, double ranks, double owners, double numbers, double bytes, double sharing) {
  if (ranks <= 1) return 0;
  const double part = std::ceil(numbers / owners);
  const double messages = std::ceil(part / static_cast<double>(numbers_of_message)) * (ranks - 1);
  return wire.latency.value + messages * wire.message.value +
         part * (ranks - 1) * bytes * sharing / wire.bandwidth.value;
}

/// Seconds of recursive doubling, for few numbers.
double doublings(const Wire& wire, std::size_t ranks, double numbers) {
  const auto steps = static_cast<double>(std::bit_width(ranks - 1));
  const double bytes = numbers * sizeof(float);
  return steps * (wire.latency.value + wire.message.value + bytes / wire.bandwidth.value);
}

double bytes_of(TransferPrecision precision) {
  return precision == TransferPrecision::bf16 ? 2 : sizeof(float);
}

/// When the last sum ends: sums are made one after the other, each once its bucket is complete.
double end_of_sums(const StepLoad& load, const std::vector<double>& sums) {
  const double forward = load.computing / 3, each = (load.computing - forward) / static_cast<double>(sums.size());
  double end = 0;
  for (std::size_t i = 0; i < sums.size(); ++i)
    end = std::max(end, forward + each * static_cast<double>(i + 1)) + sums[i];
  return end;
}

}  // namespace

SumSeconds sum_seconds(const Cluster& cluster, std::size_t ranks, double numbers, TransferPrecision precision) {
  const std::size_t each = std::min(ranks, cluster.ranks_per_host), hosts = (ranks + each - 1) / each;
  if (numbers <= static_cast<double>(few_numbers))
    return {doublings(cluster.in_host, each, numbers), doublings(cluster.between_hosts, hosts, numbers)};
  const std::size_t left = ranks % each;  // ranks of the last host, if it is not full
  const auto owners = static_cast<double>(left > 0 ? left : each), host_count = static_cast<double>(hosts);
  const double in_host_bytes = hosts == 1 ? bytes_of(precision) : sizeof(float);
  return {2 * step_of_sum(cluster.in_host, static_cast<double>(each), owners, numbers, in_host_bytes, 1),
          2 * step_of_sum(cluster.between_hosts, host_count, host_count, std::ceil(numbers / owners),
                          bytes_of(precision), owners)};
}

double slowest_of(std::size_t ranks) {
  const auto n = static_cast<double>(ranks);
  return boost::math::quantile(boost::math::normal(), (n - 0.375) / (n + 0.25));
}

StepForecast forecast_step(const StepLoad& load, const Cluster& cluster, std::size_t ranks) {
  StepForecast step;
  step.ranks = ranks;
  step.hosts = (ranks + cluster.ranks_per_host - 1) / cluster.ranks_per_host;
  step.computing = load.computing;
  std::vector<double> sums;
  for (const double numbers : load.buckets) {
    const SumSeconds sum = sum_seconds(cluster, ranks, numbers, load.precision);
    step.sums.in_hosts += sum.in_hosts;
    step.sums.between += sum.between;
    sums.push_back(sum.all());
  }
  step.waited = std::max(0.0, (load.lag > 0 ? step.sums.all() : end_of_sums(load, sums)) - load.computing);
  if (cluster.spread) step.stragglers = load.computing * cluster.spread->value * slowest_of(ranks);
  step.samples_per_second = static_cast<double>(ranks) * load.samples / step.seconds();
  step.efficiency = load.computing / step.seconds();
  return step;
}

}  // namespace stormsweep
