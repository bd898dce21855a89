#pragma once

#include <array>
#include <cstdint>

#include <torch/types.h>

namespace stormsweep {

/// Weighted softmax cross-entropy, the mean over all pixels of weight[truth] * -log p[truth] (Kurth et al. 2018,
/// section V-B1). `logits` [n, 3, height, width] float32; `labels` [n, height, width] of any integer type; `weights`
/// [3].
torch::Tensor segmentation_loss(const torch::Tensor& logits, const torch::Tensor& labels, const torch::Tensor& weights);

enum class ClassWeights { none, inverse, inverse_sqrt };

/// Weights of the classes, which add up to 1, from their numbers of pixels: alike, or in proportion to 1 / frequency or
/// 1 / sqrt(frequency). A class without a pixel gets weight 0. Frequencies 0.982, 0.00071, 0.017 give 0.021839,
/// 0.812181, 0.165981 by inverse_sqrt (Kurth et al. 2018).
std::array<float, 3> class_weights(ClassWeights rule, const std::array<std::int64_t, 3>& pixels);

}  // namespace stormsweep
