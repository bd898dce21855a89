#include "worker/training/device_memory.hpp"

#include <malloc.h>

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

void release_device_memory() {
#ifdef __GLIBC__
  malloc_trim(0);
#endif
#ifdef STORMSWEEP_CUDA
  c10::cuda::CUDACachingAllocator::emptyCache();
#endif
}

}  // namespace stormsweep
