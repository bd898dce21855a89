#include "worker/training/device_memory.hpp"

#include <malloc.h>
#include <torch/types.h>

#include <new>
#include <string_view>

#ifdef STORMSWEEP_CUDA
#include <c10/cuda/CUDACachingAllocator.h>
#endif

namespace stormsweep {

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) || dynamic_cast<const c10::OutOfMemoryError*>(&error)) return true;
  // LibTorch 1.13's CPU allocator throws a plain Error, told from others by its text alone.
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  if (!torch_error) return false;
  const std::string_view text = torch_error->what_without_backtrace();
  // The libraries of CUDA have memory of their own.
  for (const char* sign : {"can't allocate memory", "STATUS_ALLOC_FAILED", "CUDA error: out of memory"})
    if (text.find(sign) != std::string_view::npos) return true;
  return false;
}

void keep_freed_memory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);  // never
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
