#pragma once

#include <string_view>

namespace stormsweep {

/// Of the hyperparameter `precision` (search/space/training.json): arithmetic that LibTorch has on GPUs only.
inline bool is_of_gpus(std::string_view precision) {
  return precision == "fp16" || precision == "tf32";
}

}  // namespace stormsweep
