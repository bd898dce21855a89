#include "search/base/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace stormsweep {

void in_parallel(std::int64_t count, int threads, const std::function<void(std::int64_t)>& do_one) {
  std::atomic<std::int64_t> next = 0;
  std::atomic<bool> failed = false;
  std::mutex lock;
  std::int64_t first_failure = count;
  std::exception_ptr failure;
  const auto work = [&] {
    while (!failed) {
      const std::int64_t i = next++;
      if (i >= count) return;
      try {
        do_one(i);
      } catch (...) {
        const std::lock_guard guard(lock);
        failed = true;
        if (i < first_failure) first_failure = i, failure = std::current_exception();
      }
    }
  };
  {
    std::vector<std::jthread> workers;
    try {
      for (std::int64_t t = 1; t < std::min<std::int64_t>(threads, count); ++t) workers.emplace_back(work);
    } catch (const std::system_error&) {  // a limit on processes: those that there are do it
    }
    work();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace stormsweep
