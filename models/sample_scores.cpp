#include "models/sample_scores.hpp"

#include <fmt/format.h>
#include <torch/nn/functional/loss.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/binary_metrics.hpp"

namespace stormsweep {

namespace {

bool of_classes(const torch::Tensor& output, const torch::Tensor& target) {
  return output.dim() == target.dim() + 1;
}

/// [n, classes, ...] and [n, ...].
bool classes_fit(const torch::Tensor& output, const torch::Tensor& target) {
  if (!of_classes(output, target) || target.is_floating_point()) return false;
  auto shape = output.sizes().vec();
  shape.erase(shape.begin() + 1);
  return target.sizes() == shape;
}

torch::Tensor each(std::string_view name, const torch::Tensor& output, const torch::Tensor& target, OutputScale scale) {
  if (name == "cross_entropy") {
    using Options = torch::nn::functional::CrossEntropyFuncOptions;
    return torch::nn::functional::cross_entropy(output, target.to(torch::kInt64), Options().reduction(torch::kNone));
  }
  if (name == "accuracy" && of_classes(output, target)) return output.argmax(1) == target;
  const torch::Tensor truth = target.to(output.scalar_type());
  if (name == "accuracy") return (output > (scale == OutputScale::logits ? 0 : 0.5)) == (truth > 0.5);
  if (name == "mse") return torch::mse_loss(output, truth, at::Reduction::None);
  if (name == "l1") return torch::l1_loss(output, truth, at::Reduction::None);
  if (name == "huber") return torch::huber_loss(output, truth, at::Reduction::None);
  return torch::binary_cross_entropy_with_logits(output, truth, {}, {}, at::Reduction::None);
}

constexpr std::int64_t kinds = 3;  // hits, misses, false alarms

}  // namespace

std::string misfit(std::string_view name, const torch::Tensor& output, const torch::Tensor& target) {
  const auto say = [&](const char* wants) {
    return fmt::format("output is {} and target {} of {}, but {} wants {}", c10::str(output.sizes()),
                       c10::str(target.sizes()), target.is_floating_point() ? "reals" : "integers", name, wants);
  };
  const bool alike = output.sizes() == target.sizes();
  if (name == "cross_entropy")
    return classes_fit(output, target) ? "" : say("[n, classes, ...] and [n, ...] of integers");
  if (name == "accuracy") return alike || classes_fit(output, target) ? "" : say("one shape, or classes along axis 1");
  return alike ? "" : say("one shape");
}

torch::Tensor sample_scores(std::string_view name, const torch::Tensor& output, const torch::Tensor& target,
                            OutputScale scale) {
  return each(name, output, target, scale).to(torch::kFloat32).reshape({target.size(0), -1}).mean(1);
}

SplitScores::SplitScores(const std::vector<std::string>& names, std::vector<double> thresholds, OutputScale scale,
                         const torch::Tensor& targets, const torch::Device& device)
    : thresholds_(std::move(thresholds)), scale_(scale) {
  const std::int64_t samples = targets.size(0), numbers = targets.numel() / samples;
  for (const std::string& name : names) {
    const std::vector<std::int64_t> shape = name == "auc" ? std::vector<std::int64_t>{2, samples, numbers}
                                            : name == "csi"
                                                ? std::vector<std::int64_t>{std::ssize(thresholds_), kinds, samples}
                                                : std::vector<std::int64_t>{samples};
    rows_[name] = torch::zeros(shape, device);
  }
}

void SplitScores::add(std::int64_t first, const torch::Tensor& output, const torch::Tensor& target,
                      const torch::Tensor& loss) {
  const std::int64_t n = output.size(0);
  for (auto& [name, rows] : rows_) {
    if (name == "csi") {
      add_events(rows, first, output, target);
    } else if (name == "auc") {
      rows[0].slice(0, first, first + n).copy_(output.reshape({n, -1}));
      rows[1].slice(0, first, first + n).copy_(target.reshape({n, -1}));
    } else {
      rows.slice(0, first, first + n).copy_(name == "loss" ? loss : sample_scores(name, output, target, scale_));
    }
  }
}

void SplitScores::add_events(torch::Tensor& events, std::int64_t first, const torch::Tensor& output,
                             const torch::Tensor& target) {
  const std::int64_t n = output.size(0);
  const bool logits = scale_ == OutputScale::logits;
  const torch::Tensor forecast = (logits ? output.sigmoid() : output).reshape({n, -1}), truth = target.reshape({n, -1});
  for (std::size_t t = 0; t < thresholds_.size(); ++t) {
    const torch::Tensor said = forecast >= thresholds_[t], came = logits ? truth > 0.5 : truth >= thresholds_[t];
    const torch::Tensor counts = torch::stack({(said & came).sum(1), (~said & came).sum(1), (said & ~came).sum(1)});
    events[static_cast<std::int64_t>(t)].slice(1, first, first + n).copy_(counts);
  }
}

void SplitScores::gather(const std::function<void(torch::Tensor&)>& sum) {
  for (auto& [name, rows] : rows_) sum(rows);
}

double SplitScores::value(const std::string& name) const {
  if (name == "csi") {
    double sum = 0;
    for (std::size_t t = 0; t < thresholds_.size(); ++t) sum += csi(t);
    return sum / static_cast<double>(thresholds_.size());
  }
  const torch::Tensor& rows = rows_.at(name);
  if (name == "auc") return binary_metrics(rows[0].flatten(), rows[1].flatten()).auc;
  return rows.to(torch::kFloat64).mean().item<double>();
}

double SplitScores::csi(std::size_t threshold) const {
  const torch::Tensor counts =
      rows_.at("csi")[static_cast<std::int64_t>(threshold)].to(torch::kFloat64).sum(1).to(torch::kCPU);
  const double events = counts.sum().item<double>();
  return events > 0 ? counts[0].item<double>() / events : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace stormsweep
