#include "experiments/segmentation/segmentation_evaluation.hpp"

#include <torch/utils.h>

#include <algorithm>

#include "datasets/prefetch.hpp"
#include "experiments/task/gang_sums.hpp"
#include "models/segmentation_loss.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

SegmentationEvaluation::SegmentationEvaluation(SegmentationNetwork& network, const WeatherSet& set,
                                               std::span<const std::int64_t> own, const ChannelRange& range,
                                               int labeling, const torch::Tensor& weights, int readers,
                                               const torch::Device& device, Gang& gang,
                                               const std::function<void(std::int64_t)>& begin) {
  const torch::NoGradGuard no_gradient;
  const torch::Tensor alike = torch::ones_like(weights);
  torch::Tensor losses = torch::zeros({3}, torch::kFloat64);  // weighted, not weighted, samples
  const auto read = [&](std::int64_t k) {
    return gather(set, own.subspan(static_cast<std::size_t>(k), 1), range, labeling);
  };
  Prefetch batches(std::ssize(own), read, readers, std::max(readers, 1), device);
  for (std::int64_t done = 0; done < std::ssize(own); ++done) {
    begin(done);
    const Batch batch = batches.next().value();
    const torch::Tensor truth = batch.target.to(device), logits = network.forward(batch.input.to(device));
    scores_.add(logits.argmax(1).to(torch::kCPU), truth.to(torch::kCPU));
    losses += torch::tensor({segmentation_loss(logits, truth, weights).item<double>(),
                             segmentation_loss(logits, truth, alike).item<double>(), 1.0},
                            torch::kFloat64);
  }
  sum_over(gang, losses);
  sum_over(gang, scores_.confusion);
  loss_ = losses[0].item<double>() / losses[2].item<double>();
  cross_entropy_ = losses[1].item<double>() / losses[2].item<double>();
}

Metrics SegmentationEvaluation::summary(const std::string& split) const {
  return {{split + "_mean_iou", scores_.mean_iou()},
          {split + "_accuracy", scores_.accuracy()},
          {split + "_loss", loss_},
          {split + "_cross_entropy", cross_entropy_}};
}

Metrics SegmentationEvaluation::by_class(const std::string& split, bool details) const {
  Metrics metrics;
  for (std::int64_t c = 0; c < weather_classes; ++c) {
    const Value name = std::string(class_names[static_cast<std::size_t>(c)]);
    metrics.emplace_back(profile_metric(split + "_iou", name), scores_.iou(c));
    if (!details) continue;
    metrics.emplace_back(profile_metric(split + "_precision", name), scores_.precision(c));
    metrics.emplace_back(profile_metric(split + "_recall", name), scores_.recall(c));
  }
  return metrics;
}

}  // namespace stormsweep
