#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "search/space/outcome.hpp"
#include "search/space/synchronous.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// What the master and its workers say to each other. Both ends are the same build on the same kind of machine, so
/// numbers travel as they lie in memory; `decode` still refuses what is short, long or unknown.
namespace wire {

/// First words of a worker.
struct Hello {
  std::string host, device, cpu, versions;
  std::int64_t threads = 1;
  bool operator==(const Hello&) const = default;
};
/// First words of the master: all that a worker needs beside trainings.
struct Welcome {
  std::string space;                 ///< the text of the search space
  std::string directory;             ///< the folder that its data paths are relative to
  std::string fingerprint;           ///< of its data
  std::string cache;                 ///< folder for preaugmented data
  double lost_after = 10;            ///< seconds of silence after which either side takes the other for dead
  double checkpoint_every = 300;     ///< seconds between checkpoints of a training; 0: none
  bool retry_out_of_memory = false;  ///< with smaller micro-batches, before a trial is out_of_memory
  bool keep_models = false;          ///< trained networks are saved (search/space/cache_files.hpp)
  bool share_epochs = true;          ///< as the master has it, whatever the space says
  bool synchronous = false;          ///< the worker computes its share itself (SynchronousShare), with these options:
  std::vector<TrainingRange> done;
  std::int64_t trials = -1;  ///< -1: no limit
  std::string stage;         ///< folder on each machine's own disk for copies of the data; empty: none are made
  bool operator==(const Welcome&) const = default;
};
/// Sign of life of either side.
struct Heartbeat {
  bool operator==(const Heartbeat&) const = default;
};
/// Bring copies of the data to your machines, all `ranks` together; what was under way with others is given up. No
/// ranks: all is there, go to work.
struct Stage {
  std::uint64_t attempt = 1;
  std::vector<std::int32_t> ranks;
  bool operator==(const Stage&) const = default;
};
/// How that ended. Neither done nor an error: a mate was lost.
struct Staged {
  std::uint64_t attempt = 0;
  bool done = false;
  std::string error;  ///< nobody can go on: what is wrong, with its remedy
  std::string notes;  ///< lines for the user, from one of the ranks
  bool operator==(const Staged&) const = default;
};
/// Trainings to do after those already assigned, in this order.
struct Assign {
  std::vector<Duty> duties;
  bool operator==(const Assign&) const = default;
};
/// By the synchronous schedule the sender trains this now; nothing: it is through with its share.
struct Began {
  bool any = false;
  TrainingId training{};
  bool operator==(const Began&) const = default;
};
/// A mate is lost or has failed: leave this gang and all before it, at once and without an outcome.
struct Abandon {
  std::uint64_t gang = 0;
  bool operator==(const Abandon&) const = default;
};
/// The sender has left a gang, its training done or not, and has nothing in hand.
struct Left {
  std::uint64_t gang = 0;
  bool operator==(const Left&) const = default;
};
/// Trial `milestone` of a training has ended; sent before the worker goes on, so that a death costs one trial. In a
/// gang the leader tells it; a failure is told by whom it befell.
struct Finished {
  TrainingId training;
  std::uint32_t milestone = 0;
  Outcome outcome;
  std::vector<EpochRecord> epochs;  ///< since the last milestone
  bool operator==(const Finished&) const = default;
};
/// Abandon all trainings, the running one too, say Stopped and leave: through MPI_Finalize, or around it where a rank
/// has died, for which it would wait.
struct Stop {
  bool finalize = true;
  bool operator==(const Stop&) const = default;
};
/// The worker has nothing in hand and leaves.
struct Stopped {
  bool operator==(const Stopped&) const = default;
};

using Message =
    std::variant<Hello, Welcome, Heartbeat, Stage, Staged, Assign, Began, Abandon, Left, Finished, Stop, Stopped>;

std::string encode(const Message& message);
/// Throws InputError where `bytes` are not a message.
Message decode(std::string_view bytes);

}  // namespace wire

}  // namespace stormsweep
