#include "worker/training/matrix_products.hpp"

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <torch/utils.h>

#include <string>

#include "search/base/text.hpp"
#include "tests/variable.hpp"

using namespace stormsweep;

namespace {

template <class Function>
Function* function(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_DEFAULT, name));
}

/// The kernels that OpenBLAS uses, by its own name for them.
std::string kernels() {
  return function<char*()>("openblas_get_corename")();
}

/// Has OpenBLAS choose its kernels as when it was loaded.
void choose_anew() {
  function<void()>("gotoblas_dynamic_quit")();
  function<void()>("gotoblas_dynamic_init")();
}

/// The name of its kernels for this processor's widest vectors; empty without AVX2.
std::string widest() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx512bw")) return "SkylakeX";
  if (__builtin_cpu_supports("avx2")) return "Haswell";
#endif
  return "";
}

}  // namespace

TEST_CASE("matrices are multiplied by the processor's widest vectors, though OpenBLAS does not know it") {
  if (!function<void()>("gotoblas_dynamic_init") || widest().empty()) {
    MESSAGE("skipped: another library multiplies matrices, or this processor has no wide vectors");
    return;
  }
  torch::manual_seed(1);
  const auto a = torch::randn({300, 200}), b = torch::randn({200, 100});
  const auto exact = torch::mm(a.to(torch::kFloat64), b.to(torch::kFloat64));
  {
    const test::Variable named("OPENBLAS_CORETYPE", "Prescott");
    choose_anew();
    REQUIRE(kernels() == "Prescott");  // as for a processor that it does not know
    widen_matrix_products();
    CHECK(kernels() == "Prescott");  // as the user wishes
  }
  {
    const test::Variable unnamed("OPENBLAS_CORETYPE", "");
    widen_matrix_products();
    CHECK(kernels() == widest());
    CHECK(environment("OPENBLAS_CORETYPE") == widest());
    CHECK((torch::mm(a, b).to(torch::kFloat64) - exact).abs().max().item<double>() < 1e-4);
  }
  {
    const test::Variable named("OPENBLAS_CORETYPE", "Haswell");
    choose_anew();
  }
  {
    const test::Variable unnamed("OPENBLAS_CORETYPE", "");
    widen_matrix_products();
    CHECK(kernels() == "Haswell");  // wide enough: OpenBLAS knows best
    CHECK(environment("OPENBLAS_CORETYPE").empty());
  }
  choose_anew();
}
