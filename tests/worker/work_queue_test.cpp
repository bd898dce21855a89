#include "worker/work_queue.hpp"

#include <doctest/doctest.h>

#include <thread>

using namespace stormsweep;

namespace {

Assignment number(std::uint64_t id, std::uint64_t gang = 0) {
  return {{TrainingId{id}, {}, {}, 1}, gang, {}};
}

}  // namespace

TEST_CASE("work queue: out in the order they came in, across puts, with the taker waiting") {
  WorkQueue queue;
  std::jthread service([&queue] {
    for (std::uint64_t id = 0; id < 100; id += 2) queue.put({number(id), number(id + 1)});
  });
  for (std::uint64_t id = 0; id < 100; ++id) CHECK(queue.take() == number(id));
}

TEST_CASE("work queue: stopping drops what is held and wakes the taker") {
  WorkQueue queue;
  queue.put({number(1), number(2)});
  CHECK(queue.take() == number(1));
  CHECK(!queue.stopped());
  queue.stop();
  CHECK(queue.stopped());
  CHECK(!queue.take());

  WorkQueue waiting;
  std::jthread service([&waiting] { waiting.stop(); });
  CHECK(!waiting.take());
}

TEST_CASE("work queue: abandoning a gang drops it and those before it, and no assignment of one rank alone") {
  WorkQueue queue;
  CHECK(!queue.dropped(number(1, 3)));
  queue.abandon(3);
  queue.abandon(2);  // late
  CHECK(queue.dropped(number(1, 3)));
  CHECK(queue.dropped(number(1, 2)));
  CHECK(!queue.dropped(number(1, 4)));
  CHECK(!queue.dropped(number(1)));
}
