#pragma once

#include <new>
#include <stdexcept>
#include <string>

namespace stormsweep {

inline void check(cudaError_t error) {
  if (error == cudaErrorMemoryAllocation) throw std::bad_alloc();
  if (error != cudaSuccess) throw std::runtime_error(std::string("CUDA error: ") + cudaGetErrorString(error));
}

}  // namespace stormsweep
