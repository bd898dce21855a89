#pragma once

#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace stormsweep {

/// Losses and scores of outputs and targets whose meaning only their names tell:
/// - mse, l1, huber (quadratic within 1): output and target of one shape [n, ...];
/// - bce_with_logits: logits [n, ...] and 0 or 1 of the same shape;
/// - cross_entropy: logits [n, classes, ...] and classes [n, ...];
/// - accuracy: of amounts, logits or classes; csi and auc: of output and target of one shape.

/// Why `name` cannot compare them, "output is [2, 1] and target [2], but mse compares number by number"; empty where it
/// can.
std::string misfit(std::string_view name, const torch::Tensor& output, const torch::Tensor& target);

/// What outputs of their targets' shape stand for: amounts or probabilities as they are, or logits.
enum class OutputScale { amounts, logits };

/// [n] float32, the mean over each sample's numbers; `name` is not csi or auc. `scale` matters to accuracy alone: an
/// output means yes above 0.5, a logit above 0.
torch::Tensor sample_scores(std::string_view name, const torch::Tensor& output, const torch::Tensor& target,
                            OutputScale scale);

/// Scores of a split, sample by sample, so that they do not depend on how batches and ranks divide it.
class SplitScores {
 public:
  /// `targets` [samples, ...] are the split's. The thresholds of csi are compared with amounts, or with the
  /// probabilities of logits.
  SplitScores(const std::vector<std::string>& names, std::vector<double> thresholds, OutputScale scale,
              const torch::Tensor& targets, const torch::Device& device);

  /// Of samples `first` and those that follow. `loss` [n] is the score of that name.
  void add(std::int64_t first, const torch::Tensor& output, const torch::Tensor& target, const torch::Tensor& loss);
  /// Adds what the other ranks of a gang have: `sum` sums float32 numbers over them.
  void gather(const std::function<void(torch::Tensor&)>& sum);

  /// A mean over all samples; NaN where it is not defined. csi is the mean over the thresholds.
  double value(const std::string& name) const;
  double csi(std::size_t threshold) const;

 private:
  void add_events(torch::Tensor& events, std::int64_t first, const torch::Tensor& output, const torch::Tensor& target);

  std::vector<double> thresholds_;
  OutputScale scale_;
  /// By name, float32: [samples]; of auc [2, samples, numbers], outputs and targets; of csi [thresholds, 3, samples],
  /// hits, misses and false alarms. Zeros where other ranks have theirs.
  std::map<std::string, torch::Tensor> rows_;
};

}  // namespace stormsweep
