#include "worker/training/device_memory.hpp"

#include <malloc.h>
#include <sys/mman.h>
#include <torch/utils.h>

#include <cstddef>

#include "search/base/error.hpp"

#ifdef STORMSWEEP_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#endif

namespace stormsweep {

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);  // never
  // One heap for all threads. Further heaps neither grow beyond 64 MiB nor are trimmed at their top, and a thread moves
  // to one for good when an allocation fails.
  mallopt(M_ARENA_MAX, 1);
#endif
}

void reserve_product_memory() {
  constexpr std::size_t buffer = 128 << 20;  // of OpenBLAS 0.3, on processors of 64 bits
  void* const trial = mmap(nullptr, buffer, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (trial == MAP_FAILED)
    throw InputError("ulimit -v, or the machine, leaves no 128 MiB for products of matrices; raise it");
  munmap(trial, buffer);
  const auto matrix = torch::zeros({256, 256});  // products of less than a million steps do without
  matrix.mm(matrix);
}

void release_device_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
#ifdef STORMSWEEP_CUDA
  c10::cuda::CUDACachingAllocator::emptyCache();
#endif
}

}  // namespace stormsweep
