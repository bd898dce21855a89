#include "worker/training/device_arithmetic.hpp"

#include <ATen/Context.h>

#include <cstdlib>

#ifdef STORMSWEEP_CUDA
#include <c10/cuda/CUDAFunctions.h>
#endif

namespace stormsweep {

void use_device(const torch::Device& device) {
  if (device.is_cpu()) return;
#ifdef STORMSWEEP_CUDA
  c10::cuda::set_device(device.index());
#endif
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", /*overwrite=*/0);  // makes cuBLAS reproducible, by its manual
  at::globalContext().setDeterministicCuDNN(true);
  allow_tf32(false);
}

void allow_tf32(bool allowed) {
  at::globalContext().setAllowTF32CuDNN(allowed);
  at::globalContext().setAllowTF32CuBLAS(allowed);
}

}  // namespace stormsweep
