#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <torch/types.h>

#include "datasets/batch.hpp"

namespace stormsweep {

/// Batches 0 ... count - 1 in order, made ahead of their use by background threads, which also bring them to `device`
/// (upload.hpp); the order and content do not depend on the number of threads. An exception in `make` comes out of
/// `next`.
class Prefetch {
 public:
  /// `make(k)` must be callable from several threads at once. `threads` = 0 makes each batch when it is asked for. At
  /// most `ahead` batches exist beyond the one in use.
  Prefetch(std::int64_t count, std::function<Batch(std::int64_t)> make, int threads, int ahead = 2,
           const torch::Device& device = torch::kCPU);
  ~Prefetch();
  Prefetch(Prefetch&&) noexcept;

  /// The next batch, or nothing after the last. Blocks until it is there.
  std::optional<Batch> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stormsweep
