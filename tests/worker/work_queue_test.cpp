#include "worker/work_queue.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace stormsweep;

namespace {

Training training(std::uint64_t id) {
  return {TrainingId{id}, {}, {}, 1};
}

}  // namespace

TEST_CASE("work queue: out in the order they came in, across puts, with the taker waiting") {
  WorkQueue queue;
  std::jthread service([&queue] {
    for (std::uint64_t id = 0; id < 100; id += 2) queue.put({training(id), training(id + 1)});
  });
  for (std::uint64_t id = 0; id < 100; ++id) CHECK(queue.take() == training(id));
}

TEST_CASE("work queue: stopping drops what is held and wakes the taker") {
  WorkQueue queue;
  queue.put({training(1), training(2)});
  CHECK(queue.take() == training(1));
  CHECK(!queue.stopped());
  queue.stop();
  CHECK(queue.stopped());
  CHECK(!queue.take());

  WorkQueue waiting;
  std::jthread service([&waiting] { waiting.stop(); });
  CHECK(!waiting.take());
}
