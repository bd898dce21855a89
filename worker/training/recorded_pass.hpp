#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <torch/types.h>

#include "datasets/batch.hpp"

namespace stormsweep {

/// A forward and backward pass on a GPU, recorded (a CUDA graph) and then launched as one: the kernels of a small
/// network take less time than launching them one by one. They are the same kernels, so the bits are the same. Where
/// kernels take longer than launches nothing is recorded, because a recording keeps its memory.
class RecordedPass {
 public:
  /// `pass` makes gradients in place and returns sums; it only launches work: it copies no number from or to the GPU,
  /// and always makes the decisions that it made when recorded.
  explicit RecordedPass(std::function<torch::Tensor(const Batch&)> pass);
  ~RecordedPass();

  /// The pass for `batch`: replayed from a recording where enough batches of this size have come and recording pays,
  /// else launched as usual.
  torch::Tensor operator()(const Batch& batch);

 private:
  struct Recording;
  std::function<torch::Tensor(const Batch&)> pass_;
  std::unique_ptr<Recording> recording_;
};

}  // namespace stormsweep
