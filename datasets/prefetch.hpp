#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <torch/types.h>

namespace stormsweep {

/// A batch as a network takes it.
struct Batch {
  torch::Tensor input;     ///< [n, channels, height, width]; strides are the maker's choice (channels last, as a rule)
  torch::Tensor target;    ///< [n, ...]
  std::int64_t total = 0;  ///< samples of the whole batch, of which a gang's rank holds n; 0: n
};

/// Batches 0 ... count - 1 in order, made ahead of their use by background threads; the order and content do not depend
/// on the number of threads. An exception in `make` comes out of `next`.
class Prefetch {
 public:
  /// `make(k)` must be callable from several threads at once. `threads` = 0 makes each batch when it is asked for. At
  /// most `ahead` batches exist beyond the one in use.
  Prefetch(std::int64_t count, std::function<Batch(std::int64_t)> make, int threads, int ahead = 2);
  ~Prefetch();
  Prefetch(Prefetch&&) noexcept;

  /// The next batch, or nothing after the last. Blocks until it is there.
  std::optional<Batch> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace stormsweep
