#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <torch/types.h>

#include "datasets/batch.hpp"

namespace stormsweep {

/// A forward and backward pass on a GPU, recorded (a CUDA graph) and then launched as one: the kernels of a small
/// network take less time than their launches one by one. The same kernels, so the same bits. Where they take more, it
/// is not recorded, because the recording keeps its memory.
class RecordedPass {
 public:
  /// `pass` makes gradients in place and returns sums; it only launches work: it reads no number from the GPU, sends
  /// none, and makes no other decision than it did when recorded.
  explicit RecordedPass(std::function<torch::Tensor(const Batch&)> pass);
  ~RecordedPass();

  /// The pass for `batch`: recorded where batches of this size have come before and it pays, else as it is.
  torch::Tensor operator()(const Batch& batch);

 private:
  struct Recording;
  std::function<torch::Tensor(const Batch&)> pass_;
  std::unique_ptr<Recording> recording_;
};

}  // namespace stormsweep
