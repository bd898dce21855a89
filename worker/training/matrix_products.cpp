#include "worker/training/matrix_products.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "search/base/text.hpp"

namespace stormsweep {

namespace {

constexpr const char* variable = "OPENBLAS_CORETYPE";

/// OpenBLAS's kernels that use AVX2 or AVX-512, as it names them.
constexpr std::array<std::string_view, 6> wide{"Haswell",  "Zen",        "Excavator",
                                               "SkylakeX", "Cooperlake", "SapphireRapids"};

/// Of this processor; null where OpenBLAS knows best.
const char* widest() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512vl"))
    return "SkylakeX";
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return "Haswell";
#endif
  return nullptr;
}

/// A function of a library that this process has loaded, or null.
template <class Function>
Function* function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace

void widen_matrix_products() {
  const auto chosen = function<char*()>("openblas_get_corename");
  // It has chosen when it was loaded. Starting this program anew with the variable would load LibTorch twice.
  const auto forget = function<void()>("gotoblas_dynamic_quit"), choose = function<void()>("gotoblas_dynamic_init");
  const char* kernels = widest();
  if (!chosen || !forget || !choose || !kernels || !environment(variable).empty()) return;
  if (std::ranges::find(wide, chosen()) != wide.end()) return;
  setenv(variable, kernels, 1);
  forget();
  choose();
}

}  // namespace stormsweep
