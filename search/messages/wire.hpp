#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "search/messages/run_settings.hpp"
#include "search/space/outcome.hpp"
#include "search/space/training_ranges.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// What the master and its workers say to each other. Both ends are the same build on the same kind of machine, so
/// numbers are sent as they are in memory; `decode` still refuses messages that are too short, too long or unknown.
/// Both sides visit a message with one overload for each type, so that a type left out does not compile.
namespace wire {

/// First words of a worker.
struct Hello {
  std::string host, device, cpu, versions;
  std::int64_t threads = 1;
  bool operator==(const Hello&) const = default;
};
/// First words of the master: all that a worker needs beside trainings.
struct Welcome {
  std::string space;  ///< the text of the search space
  RunSettings settings = {};
  std::vector<TrainingRange> done = {};  ///< by the synchronous schedule: trainings with nothing left to do,
  TrainingLimit limit = {};              ///< and where what may be added to those ends
  bool operator==(const Welcome&) const = default;
};
/// What a worker is doing. Preparing: making from the data what all workers then use.
enum class Work : std::uint8_t { other, staging, preparing, training, validating, testing };
/// How far it is with that.
struct Pursuit {
  Work work = Work::other;
  std::int64_t epoch = 0, epochs = 0;  ///< of a training, from 1
  /// Bytes to stage, thousandths to prepare, batches of an epoch, samples to evaluate; 0: not known.
  std::int64_t done = 0, all = 0;
  bool operator==(const Pursuit&) const = default;
};
/// Sign of life of either side.
struct Heartbeat {
  Pursuit pursuit = {};  ///< of a worker
  bool operator==(const Heartbeat&) const = default;
};
/// All `ranks` together: copy the data to your machines, and give up any copying begun with other ranks. No ranks:
/// every copy is there, start training.
struct Stage {
  std::uint64_t attempt = 1;
  std::vector<std::int32_t> ranks;
  bool operator==(const Stage&) const = default;
};
/// How a Stage ended. Neither `done` nor `error`: a mate was lost.
struct Staged {
  std::uint64_t attempt = 0;
  bool done = false;
  std::string error;  ///< one that stops all ranks: what is wrong, with its remedy
  std::string notes;  ///< lines for the user, from one of the ranks
  bool operator==(const Staged&) const = default;
};
/// Trainings to do after those already assigned, in this order.
struct Assign {
  std::vector<Assignment> assignments;
  bool operator==(const Assign&) const = default;
};
/// By the synchronous schedule: the sender now trains this, or, without `any`, has finished its share.
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
/// Trial `milestone` of a training has ended; sent before the worker continues, so that a death costs one trial. In a
/// gang the leader sends it; a failure is sent by the rank that failed.
struct Finished {
  TrainingId training = {};
  std::uint32_t milestone = 0;
  Outcome outcome = {};
  std::vector<EpochRecord> epochs = {};  ///< since the last milestone
  bool operator==(const Finished&) const = default;
};
/// Something is wrong that concerns all ranks, so that the search must end: what, with its remedy.
struct Refused {
  std::string error;
  bool operator==(const Refused&) const = default;
};
/// Abandon all trainings, the running one too, send Stopped and exit: through MPI_Finalize, or without it where a rank
/// has died, because it would wait for that rank. Or exit `at_once`, whatever is under way.
struct Stop {
  bool finalize = true, at_once = false;
  bool operator==(const Stop&) const = default;
};
/// The worker has nothing in hand and leaves.
struct Stopped {
  bool operator==(const Stopped&) const = default;
};

using ToWorker = std::variant<Welcome, Heartbeat, Stage, Assign, Abandon, Stop>;
using ToMaster = std::variant<Hello, Heartbeat, Staged, Began, Left, Finished, Refused, Stopped>;

std::string encode(const ToWorker& message);
std::string encode(const ToMaster& message);
/// `Message`: ToWorker or ToMaster. Throws InputError where `bytes` are not one.
template <class Message>
Message decode(std::string_view bytes);

}  // namespace wire

}  // namespace stormsweep
