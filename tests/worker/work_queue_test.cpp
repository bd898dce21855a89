#include "worker/work_queue.hpp"

#include <doctest/doctest.h>

#include <thread>

#include "tests/worker/assignment.hpp"

using namespace stormsweep;

TEST_CASE("work queue: out in the order they came in, across puts, with the taker waiting") {
  WorkQueue queue;
  std::jthread service([&queue] {
    for (std::uint64_t id = 0; id < 100; id += 2) queue.put({assignment(id), assignment(id + 1)});
  });
  for (std::uint64_t id = 0; id < 100; ++id) CHECK(queue.take() == assignment(id));
}

TEST_CASE("work queue: stopping drops what is held and wakes the taker") {
  WorkQueue queue;
  queue.put({assignment(1), assignment(2)});
  CHECK(queue.take() == assignment(1));
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
  CHECK(!queue.dropped(assignment(1, 3)));
  queue.abandon(3);
  queue.abandon(2);  // late
  CHECK(queue.dropped(assignment(1, 3)));
  CHECK(queue.dropped(assignment(1, 2)));
  CHECK(!queue.dropped(assignment(1, 4)));
  CHECK(!queue.dropped(assignment(1)));
}
