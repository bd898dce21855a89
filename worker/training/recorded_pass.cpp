#include "worker/training/recorded_pass.hpp"

#include <torch/cuda.h>
#include <torch/version.h>

#include <chrono>
#include <exception>
#include <optional>
#include <utility>

#include "worker/training/device_memory.hpp"

// With LibTorch 1 a recording would draw the same random numbers each time it runs.
#if defined(STORMSWEEP_CUDA) && TORCH_VERSION_MAJOR >= 2
#define STORMSWEEP_RECORDS
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#endif

namespace stormsweep {

#ifdef STORMSWEEP_RECORDS

namespace {

/// Passes before the recording: cuDNN and cuBLAS set themselves up in the first.
constexpr int warm_up = 3;

bool like(const Batch& a, const Batch& b) {
  return a.total == b.total && a.input.sizes() == b.input.sizes() && a.input.strides() == b.input.strides() &&
         a.target.sizes() == b.target.sizes();
}

/// Records so that threads which make batches meanwhile do not disturb it; older LibTorch cannot prevent that.
template <class Graph>
void begin(Graph& graph) {
  using Pool = decltype(at::cuda::graph_pool_handle());
  if constexpr (requires { graph.capture_begin(Pool{}, cudaStreamCaptureModeThreadLocal); })
    graph.capture_begin(Pool{}, cudaStreamCaptureModeThreadLocal);
  else
    graph.capture_begin();
}

}  // namespace

struct RecordedPass::Recording {
  using Pass = std::function<torch::Tensor(const Batch&)>;

  Batch batch;  ///< what the recorded kernels read
  torch::Tensor sums;
  at::cuda::CUDAGraph graph;
  int seen = 0;  ///< batches of its shape so far
  std::optional<bool> pays;
  bool made = false;

  /// Runs the pass unrecorded and measures whether launching takes more than half of its time.
  torch::Tensor weigh(const Pass& pass, const Batch& first) {
    using Clock = std::chrono::steady_clock;
    torch::cuda::synchronize();
    const auto begin = Clock::now();
    torch::Tensor result = pass(first);
    const auto launched = Clock::now();
    torch::cuda::synchronize();
    pays = 2 * (launched - begin) > Clock::now() - begin;
    return result;
  }

  /// Ends the recording of a failed pass, so that later work may launch again.
  void abandon() {
    try {
      graph.capture_end();
    } catch (const std::exception&) {  // only repeats that the recording failed
    }
  }

  void make(const Pass& pass) {
    torch::cuda::synchronize();
    // One stream for all recordings: the pool hands out its 32 streams in turn, and uploads have one of them
    // (datasets/upload.cpp).
    static const auto stream = c10::cuda::getStreamFromPool(false, batch.input.device().index());
    const c10::cuda::CUDAStreamGuard guard(stream);
    release_device_memory();  // a recording has a memory pool of its own, and cannot reuse what earlier passes have
                              // freed
    begin(graph);
    try {
      sums = pass(batch);
    } catch (...) {
      abandon();
      throw;
    }
    graph.capture_end();
    made = true;
  }
};

torch::Tensor RecordedPass::operator()(const Batch& batch) {
  if (!batch.input.is_cuda()) return pass_(batch);
  if (!recording_) {
    recording_ = std::make_unique<Recording>();
    recording_->batch = {batch.input.clone(), batch.target.clone(), batch.total};
  }
  Recording& recording = *recording_;
  if (!like(batch, recording.batch) || recording.seen++ < warm_up) return pass_(batch);
  if (!recording.pays) return recording.weigh(pass_, batch);
  if (!*recording.pays) return pass_(batch);
  if (!recording.made) recording.make(pass_);
  recording.batch.input.copy_(batch.input);
  recording.batch.target.copy_(batch.target);
  recording.graph.replay();
  return recording.sums.clone();
}

#else

struct RecordedPass::Recording {};

torch::Tensor RecordedPass::operator()(const Batch& batch) {
  return pass_(batch);
}

#endif

RecordedPass::RecordedPass(std::function<torch::Tensor(const Batch&)> pass) : pass_(std::move(pass)) {}
RecordedPass::~RecordedPass() = default;

}  // namespace stormsweep
