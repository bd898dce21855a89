#include "models/kernels/operand_type.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

#include "models/kernels/vector_units.hpp"
#include "search/base/processor.hpp"

using namespace stormsweep;

TEST_CASE("a processor computes in bfloat16 where it gains from that, and nowhere if AVX2 is asked for") {
  CHECK(computes_in(torch::kCPU, torch::kFloat32));
  CHECK_FALSE(computes_in(torch::kCPU, torch::kFloat16));
  const bool asked = vector_units() == VectorUnits::avx512;  // in the test models.avx2 it is not
  CHECK(computes_in(torch::kCPU, torch::kBFloat16) == (asked && gains_from_bfloat16()));
}

TEST_CASE("an operand is of the type asked for, or rounded to it in float32") {
  const auto numbers =
      torch::tensor({1.0f, 1.00390625f, -3.1415927f});  // 1 + 2^-8 lies between two bf16, and goes to even
  for (const auto type : {torch::kBFloat16, torch::kFloat16}) {
    const auto rounded = in_type(numbers, type);
    CHECK((rounded.scalar_type() == (computes_in(torch::kCPU, type) ? type : torch::kFloat32)));
    CHECK(torch::equal(rounded.to(torch::kFloat32), numbers.to(type).to(torch::kFloat32)));
  }
  CHECK(torch::equal(in_type(numbers, torch::kBFloat16).to(torch::kFloat32), torch::tensor({1.0f, 1.0f, -3.140625f})));
  CHECK((in_type(numbers.to(torch::kFloat64), torch::kBFloat16).scalar_type() == torch::kFloat64));
  CHECK_FALSE(in_type({}, torch::kBFloat16).defined());
}
