#pragma once

namespace stormsweep {

/// Whether this processor has instructions for products of bfloat16 numbers.
inline bool has_bfloat16_instructions() {
#ifdef __x86_64__
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

}  // namespace stormsweep
