#include "worker/service.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <utility>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "tests/folder.hpp"
#include "tests/text_of.hpp"
#include "tests/worker/assignment.hpp"
#include "worker/channel/memory_channel.hpp"

using namespace stormsweep;

namespace {

constexpr Seconds soon(0.04), patience(20);

/// A worker's service, and its master's end of the channel.
struct Job {
  std::vector<std::unique_ptr<MemoryChannel>> channels = MemoryChannel::make(2);
  WorkQueue queue;
  StageOrders orders;
  Activity activity;
  Service service{*channels[1], queue, orders, activity, soon};

  void say(const wire::ToWorker& message) { channels[0]->send(1, wire::encode(message)); }
  bool beats(const wire::Pursuit& pursuit = {}) {
    const auto parcel = channels[0]->wait(patience);
    return parcel && parcel->from == 1 &&
           wire::decode<wire::ToMaster>(parcel->bytes) == wire::ToMaster(wire::Heartbeat{pursuit});
  }
  /// Skips heartbeats sent before the activity changed.
  bool soon_beats(const wire::Pursuit& pursuit) {
    for (int beat = 0; beat < 50; ++beat)
      if (beats(pursuit)) return true;
    return false;
  }
};

}  // namespace

TEST_CASE("service: sends heartbeats while its worker does nothing") {
  Job job;
  for (int beat = 0; beat < 3; ++beat) CHECK(job.beats());
}

TEST_CASE("service: its heartbeats report what the worker is doing") {
  Job job;
  job.activity.stage(5, 10);
  CHECK(job.soon_beats({.work = wire::Work::staging, .done = 5, .all = 10}));
  job.activity.prepare(0.25);
  CHECK(job.soon_beats({.work = wire::Work::preparing, .done = 250, .all = 1000}));
  job.activity.train(3, 50, 7, 8);
  CHECK(job.soon_beats({wire::Work::training, 3, 50, 7, 8}));
  job.activity.evaluate(wire::Work::testing, 1, 2);
  CHECK(job.soon_beats({wire::Work::testing, 3, 50, 1, 2}));
  job.activity.rest();
  CHECK(job.soon_beats({}));
}

TEST_CASE("service: messages of the master reach the working thread, in order, and a stop ends that") {
  Job job;
  job.say(wire::Assign{{assignment(7), assignment(8, 2)}});
  job.say(wire::Stage{3, {1}});
  CHECK(job.queue.take() == assignment(7));
  CHECK(job.queue.take() == assignment(8, 2));
  CHECK(job.orders.next() == wire::Stage{3, {1}});
  CHECK(!job.orders.superseded());
  job.say(wire::Abandon{2});
  job.say(wire::Stop{false});
  CHECK(!job.queue.take());
  CHECK(!job.orders.next());
  CHECK(job.orders.superseded());
  CHECK(job.queue.dropped(assignment(8, 2)));
  CHECK(!job.service.may_finalize());
}

TEST_CASE("service: a message that is none ends the worker, in one line that says so") {
  const TemporaryFolder folder;
  const pid_t child = fork();
  if (child == 0) {
    dup2(creat((folder / "stderr").c_str(), 0600), STDERR_FILENO);
    Job job;
    job.channels[0]->send(1, "\x7f");
    pause();
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == exit_some_failed);
  CHECK(text_of(folder / "stderr") == "worker 1 on " + host_name() +
                                          ": message between ranks: not understood; run the same build of stormsweep "
                                          "on every rank\n");
}

TEST_CASE("service: told to leave at once, the process ends although its training does not") {
  const pid_t child = fork();
  if (child == 0) {
    Job job;
    job.say(wire::Stop{.finalize = false, .at_once = true});
    pause();
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == exit_done);
}

TEST_CASE("service: its end does not wait for a message, however long the master may be silent") {
  const auto channels = MemoryChannel::make(2);
  WorkQueue queue;
  StageOrders orders;
  const Activity activity;
  std::optional<Service> service(std::in_place, *channels[1], queue, orders, activity, Seconds(60));
  channels[0]->send(1, wire::encode(wire::ToWorker(wire::Stop{})));
  CHECK(!queue.take());
  const Seconds begin = steady_time();
  service.reset();
  CHECK(steady_time() - begin < Seconds(1));
}

TEST_CASE("service: MPI may be finalized if no rank has died") {
  Job job;
  job.say(wire::Stop{true});
  CHECK(!job.queue.take());
  CHECK(job.service.may_finalize());
}
