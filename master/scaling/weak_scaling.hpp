#pragma once

#include <cstddef>
#include <vector>

#include "master/scaling/cluster.hpp"
#include "worker/channel/transfer_precision.hpp"

namespace stormsweep {

/// The work of one rank of a gang in a training step, the same for any number of ranks: weak scaling.
struct StepLoad {
  double samples = 1;           ///< of a rank
  double computing = 0;         ///< seconds: a third forward, then backward, in which gradients come evenly
  std::vector<double> buckets;  ///< numbers that are summed together, in the order in which backward completes them
  TransferPrecision precision = TransferPrecision::fp32;
  int lag = 0;  ///< 1: sums may take the whole next step
};

/// Seconds of one sum over ranks, within hosts and between them.
struct SumSeconds {
  double in_hosts = 0, between = 0;
  double all() const { return in_hosts + between; }
};

/// What to expect of a step on so many ranks. Seconds.
struct StepForecast {
  std::size_t ranks = 1, hosts = 1;
  double computing = 0;
  SumSeconds sums;        ///< of all buckets, hidden or not
  double waited = 0;      ///< for sums, after backward
  double stragglers = 0;  ///< for the slowest rank
  double samples_per_second = 0;
  double efficiency = 1;  ///< samples per second and rank, relative to one rank

  double seconds() const { return computing + waited + stragglers; }
};

/// A sum of `numbers` gradients as worker/channel/all_reduce.hpp makes it over MPI, in alpha-beta terms with a cost of
/// each message (LogGP: Alexandrov et al. 1995). Hosts are full but for the last one.
SumSeconds sum_seconds(const Cluster& cluster, std::size_t ranks, double numbers, TransferPrecision precision);

/// By how many standard deviations the slowest of so many equal ranks is expected to be slower than the mean: the
/// quantile of the normal distribution by Blom (1958).
double slowest_of(std::size_t ranks);

StepForecast forecast_step(const StepLoad& load, const Cluster& cluster, std::size_t ranks);

}  // namespace stormsweep
