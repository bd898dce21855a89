#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <iterator>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "master/loop/master_loop.hpp"
#include "master/store/kept_models.hpp"
#include "tests/master/store/store_fixture.hpp"
#include "worker/channel/memory_channel.hpp"

namespace stormsweep::test {

namespace fs = std::filesystem;
using Rows = std::vector<std::string>;
using Indices = std::vector<std::int64_t>;

/// A worker whose messages the test sends.
struct Worker {
  Channel& channel;
  std::optional<wire::Welcome> welcome = {};
  std::deque<Assignment> in_hand = {};
  std::vector<wire::Stage> stages = {};
  std::vector<std::uint64_t> abandoned = {};  ///< gangs
  std::optional<wire::Stop> stop = {};
  int heartbeats = 0;

  void say(const wire::ToMaster& message) const { channel.send(0, wire::encode(message)); }
  void join() const { say(wire::Hello{"host" + std::to_string(channel.rank()), "cpu", "Xeon", "stormsweep 1", 3}); }
  /// Reports the end of the first training in hand, or of its trial `milestone`.
  void finish(const Outcome& outcome) {
    say(wire::Finished{.training = in_hand.front().training.id, .milestone = 0, .outcome = outcome, .epochs = {}});
    if (in_hand.front().gang > 0) say(wire::Left{in_hand.front().gang});
    in_hand.pop_front();
  }
  void leave() const { say(wire::Stopped{}); }

  void hear() {
    while (const auto parcel = channel.receive())
      std::visit([this](const auto& message) { on(message); }, wire::decode<wire::ToWorker>(parcel->bytes));
  }
  void on(const wire::Welcome& message) { welcome = message; }
  void on(const wire::Heartbeat&) { ++heartbeats; }
  void on(const wire::Stage& message) { stages.push_back(message); }
  void on(const wire::Assign& message) {
    in_hand.insert(in_hand.end(), message.assignments.begin(), message.assignments.end());
  }
  void on(const wire::Abandon& message) { abandoned.push_back(message.gang); }
  void on(const wire::Stop& message) { stop = message, in_hand.clear(); }
};

/// A job in memory, whose database is a real file. Time passes, and the job is stopped, only where the test says so.
struct Job {
  Space space;
  KeptModels models;
  Store store;
  std::vector<std::unique_ptr<MemoryChannel>> channels;
  std::list<Worker> workers;
  Seconds time{1000}, slept{0};
  MasterLoop loop;

  Job(const fs::path& folder, Space of, int ranks, MasterLoop::Options options = {}, std::size_t keep = 0,
      Seconds patience = Seconds(60))
      : space(std::move(of)),
        models(folder / "s.db", folder / "s.cache", space, keep),
        store(folder / "s.db", space, "f",
              {.json = {},
               .retry_failed = false,
               .committed = [this](const RatedTrial& trial, const Identity& key) { models.consider(trial, key); },
               .last_patience = patience}),
        channels(MemoryChannel::make(ranks)),
        loop(*channels[0], store, space, with_clock(std::move(options))) {
    for (std::size_t rank = 1; rank < channels.size(); ++rank) workers.push_back({.channel = *channels[rank]});
    models.open(store);
  }

  MasterLoop::Options with_clock(MasterLoop::Options options) {
    options.clock = [this] { return time; };
    options.awake = [this] { return time - slept; };
    return options;
  }

  Worker& worker(int rank) { return *std::next(workers.begin(), rank - 1); }
  std::optional<Conclusion> turn(bool drain = false) {
    const auto conclusion = loop.turn(drain, Seconds(0));
    for (Worker& worker : workers) worker.hear();
    return conclusion;
  }
  /// Ctrl-Z, and `fg` after `seconds`.
  void pause(double seconds) { time += Seconds(seconds), slept += Seconds(seconds); }
  /// Lets time pass for a master that is awake.
  void pass(double seconds) {
    for (; seconds > 0; seconds -= 2) {
      time += Seconds(std::min(seconds, 2.0));
      turn();
    }
  }
  void join_all() {
    for (const Worker& worker : workers) worker.join();
    turn();
  }
  std::int64_t index(const Training& training) const {
    return std::get<std::int64_t>(training.configuration.values.at(*space.experiment->find("index")));
  }
  /// The outcome of a worker's training.
  Outcome result(const Training& training) const { return outcome(static_cast<double>(index(training)) / 100); }
  /// Runs the job: all workers train what they are assigned, and leave when told to. Returns what they trained, in
  /// order.
  Conclusion work(Indices* trained = nullptr) {
    for (;;) {
      if (const auto conclusion = turn()) return *conclusion;
      for (Worker& worker : workers) {
        if (!worker.in_hand.empty()) {
          if (trained) trained->push_back(index(worker.in_hand.front().training));
          worker.finish(result(worker.in_hand.front().training));
        }
        if (std::exchange(worker.stop, {})) worker.leave();
      }
    }
  }
  Conclusion leave_all() {
    for (const Worker& worker : workers) worker.leave();
    return turn().value();
  }
};

inline Space indices(int from, int to, const std::string& more = "") {
  return noop_space(fmt::format(R"({{"index": {{"min": {}, "max": {}, "step": 1}}}})", from, to), "s", more);
}

inline Rows rows(const fs::path& folder) {
  return query(folder / "s.db", R"(SELECT "index", status, score, attempt FROM results ORDER BY "index")");
}

}  // namespace stormsweep::test
