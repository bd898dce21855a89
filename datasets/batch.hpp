#pragma once

#include <cstdint>

#include <torch/types.h>

namespace stormsweep {

/// A batch as a network takes it.
struct Batch {
  torch::Tensor input;  ///< [n, channels, height, width], for the climate [n, months, channels, height, width]; strides
                        ///< are the maker's choice (channels last, as a rule)
  torch::Tensor target;    ///< [n, ...]
  std::int64_t total = 0;  ///< samples of the whole batch, where a gang's rank holds n of them; 0: n
};

}  // namespace stormsweep
