#include "models/kernels/ordered_sum.hpp"

#include <doctest/doctest.h>
#include <torch/utils.h>

using namespace stormsweep;

TEST_CASE("an ordered sum: number by number, in order, for any number of threads") {
  torch::manual_seed(8);
  const auto parts = torch::randn({3, 41, 1989});
  auto twin = torch::zeros({3, 1989});
  for (std::int64_t part = 0; part < parts.size(1); ++part) twin += parts.select(1, part);
  const auto threads = torch::get_num_threads();
  for (const int count : {1, 2, 3}) {
    torch::set_num_threads(count);
    CHECK(torch::equal(ordered_sum(parts), twin));
  }
  torch::set_num_threads(threads);
}
