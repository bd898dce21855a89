#include "search/base/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

using namespace stormsweep;

TEST_CASE("in parallel: each once, on any number of threads") {
  for (const int threads : {1, 2, 5, 100}) {
    std::vector<std::atomic<int>> calls(37);
    in_parallel(37, threads, [&](std::int64_t i) { ++calls[static_cast<std::size_t>(i)]; });
    for (const auto& count : calls) CHECK(count == 1);
  }
  in_parallel(0, 3, [](std::int64_t) { FAIL("nothing to do"); });
}

TEST_CASE("in parallel: the first failure in order comes out, and little is begun after it") {
  for (const int threads : {1, 3}) {
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::atomic<int> begun = 0;
      std::string message;
      try {
        in_parallel(10000, threads, [&](std::int64_t i) {
          ++begun;
          if (i == 5 || i == 6) throw std::runtime_error(std::to_string(i));
        });
      } catch (const std::runtime_error& error) {
        message = error.what();
      }
      CHECK(message == "5");
      CHECK(begun < 10000);
    }
  }
}
