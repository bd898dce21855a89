#include "experiments/task/out_of_memory.hpp"

#include <torch/types.h>

#include <algorithm>
#include <array>
#include <new>

namespace stormsweep {

bool tells_out_of_memory(std::string_view message) {
  // Messages of CUDA and LibTorch's allocator for it, of LibTorch's allocator for processors, of CUDA's libraries,
  // which have memory of their own, and of the standard library.
  constexpr std::array<std::string_view, 4> signs{"out of memory", "can't allocate memory", "STATUS_ALLOC_FAILED",
                                                  "std::bad_alloc"};
  return std::ranges::any_of(signs, [&](std::string_view sign) { return message.find(sign) != message.npos; });
}

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) || dynamic_cast<const c10::OutOfMemoryError*>(&error)) return true;
  // LibTorch 1.13's CPU allocator throws a plain Error, distinguished only by its text.
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return torch_error && tells_out_of_memory(torch_error->what_without_backtrace());
}

}  // namespace stormsweep
