#include "experiments/task/arithmetic.hpp"

#include "search/base/error.hpp"
#include "search/space/precision.hpp"

namespace stormsweep {

torch::ScalarType arithmetic(const Reader& read) {
  const std::string& precision = read.choice("precision");
  return precision == "bf16" ? torch::kBFloat16 : precision == "fp16" ? torch::kFloat16 : torch::kFloat32;
}

void check_arithmetic(const Reader& read, const torch::Device& device) {
  const std::string& precision = read.choice("precision");
  if (device.is_cpu() && is_of_gpus(precision))
    throw InputError("precision is " + precision +
                     ", in which this processor does not compute; choose bf16 or fp32, or a GPU");
}

}  // namespace stormsweep
