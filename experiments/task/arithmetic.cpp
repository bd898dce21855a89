#include "experiments/task/arithmetic.hpp"

namespace stormsweep {

torch::ScalarType arithmetic(const Reader& read) {
  const std::string& precision = read.choice("precision");
  return precision == "bf16" ? torch::kBFloat16 : precision == "fp16" ? torch::kFloat16 : torch::kFloat32;
}

}  // namespace stormsweep
