#include "models/kernels/vector_units.hpp"

#ifdef __x86_64__
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <cstdlib>
#include <string_view>

#include "models/kernels/bfloat16_kernels.hpp"
#include "models/kernels/direct_kernels.hpp"
#include "models/kernels/norm_kernels.hpp"
#include "models/kernels/sparse_kernels.hpp"
#include "models/kernels/tornado_kernels.hpp"
#include "models/kernels/winograd_kernels.hpp"

namespace stormsweep {

namespace {

VectorUnits most_vector_units() {
  const char* told = std::getenv("ATEN_CPU_CAPABILITY");
  const std::string_view word = told ? told : "";
  return word == "default" ? VectorUnits::none : word == "avx2" ? VectorUnits::avx2 : VectorUnits::avx512;
}

VectorUnits found_vector_units() {
  [[maybe_unused]] const auto most = most_vector_units();
#ifdef __x86_64__
  if (most >= VectorUnits::avx512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl"))
    return VectorUnits::avx512;
  if (most >= VectorUnits::avx2 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
    return VectorUnits::avx2;
#elif defined(__aarch64__)
  if (most > VectorUnits::none) return VectorUnits::neon;
#endif
  return VectorUnits::none;
}

}  // namespace

VectorUnits vector_units() {
  static const auto units = found_vector_units();
  return units;
}

#ifdef __x86_64__
#define CHOOSE_KERNELS(Kernels, name)                                                                           \
  extern const Kernels name##_avx512, name##_avx2;                                                              \
  const Kernels* name() {                                                                                       \
    const auto units = vector_units();                                                                          \
    return units == VectorUnits::avx512 ? &name##_avx512 : units == VectorUnits::avx2 ? &name##_avx2 : nullptr; \
  }
#elif defined(__aarch64__)
#define CHOOSE_KERNELS(Kernels, name)                                    \
  extern const Kernels name##_neon;                                      \
  const Kernels* name() {                                                \
    return vector_units() == VectorUnits::neon ? &name##_neon : nullptr; \
  }
#else
#define CHOOSE_KERNELS(Kernels, name) \
  const Kernels* name() {             \
    return nullptr;                   \
  }
#endif

CHOOSE_KERNELS(DirectKernels, direct_kernels)
CHOOSE_KERNELS(NormKernels, norm_kernels)
CHOOSE_KERNELS(SparseKernels, sparse_kernels)
CHOOSE_KERNELS(TornadoKernels, tornado_kernels)
CHOOSE_KERNELS(TornadoKernels, tornado_rounding_kernels)
CHOOSE_KERNELS(WinogradKernels, winograd_kernels)

#ifdef __x86_64__

namespace {

bool find_bfloat16() {
  return vector_units() == VectorUnits::avx512 && __builtin_cpu_supports("avx512bf16") &&
         __builtin_cpu_supports("avx512bw");
}

bool find_amx() {
  constexpr unsigned bfloat16_tiles = 1U << 22, tiles = 1U << 24;  // of register EDX, leaf 7
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!find_bfloat16() || __get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & bfloat16_tiles) == 0 || (d & tiles) == 0)
    return false;
  // Linux gives a process the registers of the tiles (8 KB) when it asks for them.
  constexpr long ask_for_registers = 0x1023, of_tiles = 18;
  return syscall(SYS_arch_prctl, ask_for_registers, of_tiles) == 0;
}

bool found_amx() {
  static const bool found = find_amx();
  return found;
}

}  // namespace

extern const Bfloat16Kernels bfloat16_kernels_amx, bfloat16_kernels_avx512;
const Bfloat16Kernels* bfloat16_kernels() {
  if (found_amx()) return &bfloat16_kernels_amx;
  static const bool found = find_bfloat16();
  return found ? &bfloat16_kernels_avx512 : nullptr;
}

extern const TornadoKernels tornado_amx_kernels_compiled;
const TornadoKernels* tornado_amx_kernels() {
  return found_amx() ? &tornado_amx_kernels_compiled : nullptr;
}

#else

const Bfloat16Kernels* bfloat16_kernels() {
  return nullptr;
}
const TornadoKernels* tornado_amx_kernels() {
  return nullptr;
}

#endif

}  // namespace stormsweep
