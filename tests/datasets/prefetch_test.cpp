#include "datasets/prefetch.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

using namespace stormsweep;

namespace {

Batch numbered(std::int64_t k) {
  return {torch::full({1}, static_cast<double>(k)), torch::zeros({1})};
}

std::vector<std::int64_t> drain(Prefetch& batches) {
  std::vector<std::int64_t> numbers;
  while (auto batch = batches.next()) numbers.push_back(batch->input.item<std::int64_t>());
  return numbers;
}

}  // namespace

TEST_CASE("prefetch: all batches in order, on any number of threads, however unevenly they are made") {
  for (const int threads : {0, 1, 3}) {
    Prefetch batches(
        40,
        [](std::int64_t k) {
          std::this_thread::sleep_for(std::chrono::microseconds(k * 7919 % 13 * 100));
          return numbered(k);
        },
        threads);
    std::vector<std::int64_t> expected(40);
    std::iota(expected.begin(), expected.end(), 0);
    CHECK(drain(batches) == expected);
    CHECK(!batches.next());
  }
}

TEST_CASE("prefetch: under a limit on processes batches are made by the threads that there are") {
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none{0, 0};  // of which root takes no notice
    if ((geteuid() == 0 && setuid(65534) != 0) || setrlimit(RLIMIT_NPROC, &none) != 0) _exit(2);
    Prefetch batches(5, numbered, 2);
    _exit(drain(batches) == std::vector<std::int64_t>{0, 1, 2, 3, 4} ? 0 : 1);
  }
  int status = -1;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("prefetch: no more is made than asked for ahead") {
  std::atomic<int> made = 0;
  Prefetch batches(
      100, [&](std::int64_t k) { return ++made, numbered(k); }, 3, 2);
  const auto settles_at = [&](int count) {
    while (made < count) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CHECK(made == count);
  };
  settles_at(2);
  batches.next();
  settles_at(3);
}

TEST_CASE("prefetch: an exception comes out in its turn") {
  for (const int threads : {0, 2}) {
    Prefetch batches(
        5, [](std::int64_t k) { return k == 3 ? throw std::runtime_error("no batch 3") : numbered(k); }, threads);
    for (int k = 0; k < 3; ++k) CHECK(batches.next());
    CHECK_THROWS_WITH(batches.next(), "no batch 3");
  }
}

TEST_CASE("prefetch: leaving early does not hang, whatever the makers are at") {
  for (int round = 0; round < 50; ++round) {
    Prefetch batches(1000, numbered, 3, 4);
    for (int k = 0; k < round % 7; ++k) batches.next();
  }
}
