#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <torch/types.h>

#include "worker/channel/all_reduce.hpp"
#include "worker/training/rank_gang.hpp"

namespace stormsweep {

/// The gradients of a network in flat buckets, which the ranks of a gang sum while the backward pass still goes on.
/// Buckets are fixed by the order of the parameters, so sums are the same, run after run. The last parameters come
/// first, because backward ends with the first ones. `extra` numbers of the caller are sent after the last bucket.
///
/// With a lag of 1 a step uses the sums of the step before, so that summing may take a whole step; the first step uses
/// zeros (Kurth et al. 2018, section V-B4).
class Gradients {
 public:
  struct Options {
    std::int64_t extra = 0;
    int lag = 0;
    TransferPrecision precision = TransferPrecision::fp32;
    bool overlap = true;  ///< false: sums begin after backward, so that backward can be tried again
  };
  /// Which of `parameters` lie in which bucket, in the order in which backward completes them.
  static std::vector<std::vector<std::size_t>> buckets_of(const std::vector<torch::Tensor>& parameters);

  /// `gang` may be null: one rank alone.
  Gradients(std::vector<torch::Tensor> parameters, RankGang* gang, Options options);
  ~Gradients();

  /// Sets all gradients of this step, and the extras, to zero.
  void zero();
  /// The next backward pass is the last of this step: each bucket may be sent once it is full.
  void last_pass();
  /// Starts the sums not started yet, then that of `extra` [extra] float32.
  void start(const torch::Tensor& extra);
  /// Waits for the sums that this step uses and makes them the parameters' gradients.
  void use();
  /// Extras [extra] float64, summed over the gang and over steps not yet collected: those whose sums were used or, with
  /// `all`, every step started, for which it then waits.
  torch::Tensor collect(bool all);

  /// With a lag: the sums that the next step will use, for a checkpoint; waits for them. Otherwise empty.
  std::vector<torch::Tensor> pending();
  void set_pending(const std::vector<torch::Tensor>& sums);

 private:
  struct Bucket;
  struct Set;

  Set& current();
  Set& previous();
  void attach(Set& set);
  void full(std::size_t parameter);
  void launch_full();
  void finish(Set& set);

  std::vector<torch::Tensor> parameters_;
  RankGang* gang_;
  Options options_;
  std::vector<Set> sets_;  ///< one, or with a lag two in turn
  std::uint64_t step_ = 0;
  bool armed_ = false;
  std::vector<std::size_t> bucket_of_;        ///< by parameter
  std::vector<std::shared_ptr<void>> hooks_;  ///< what keeps the hooks alive
};

}  // namespace stormsweep
