#include "worker/channel/mpi_channel.hpp"

#include <condition_variable>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/time.hpp"
#include "worker/channel/backoff.hpp"
#include "worker/channel/communicator.hpp"
#include "worker/channel/message_length.hpp"
#include "worker/channel/open_mpi_defaults.hpp"

namespace stormsweep {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int tag = 1;

enum class Progress { pending, done, failed };

Progress progress(MPI_Request& request) {
  int done = 0;
  // An error means that the other side died.
  if (MPI_Test(&request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS) return Progress::failed;
  return done ? Progress::done : Progress::pending;
}

struct Sending {
  std::string bytes;
  MPI_Request request = MPI_REQUEST_NULL;
};

struct Receiving {
  Parcel parcel;
  MPI_Request request = MPI_REQUEST_NULL;
  Progress progress = Progress::pending;
};

/// Calls `give_up` after `patience`, unless it is stopped before.
std::jthread watch(Seconds patience, const std::function<void()>& give_up) {
  return std::jthread([=](const std::stop_token& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any never;
    if (!never.wait_for(lock, stop, patience, [&] { return stop.stop_requested(); })) give_up();
  });
}

}  // namespace

struct MpiChannel::State {
  MPI_Comm world = MPI_COMM_NULL;
  Communicator gangs;
  int rank = 0, size = 0, node_rank = 0;
  bool node_has_master = false;
  std::vector<CoreMask> node_cores;
  std::vector<int> nodes;  // of each rank, the lowest one there

  std::mutex sending_mutex;
  std::list<Sending> sending;  // stable addresses: MPI reads the bytes
  Backoff backoff{std::chrono::microseconds(20), std::chrono::milliseconds(10)};  // between looks for a message

  std::list<Receiving> receiving;  // large messages, which take several polls to arrive, in the order of their start

  std::jthread leaving;  // watches the finalizing of MPI

  void collect_sent() {
    std::erase_if(sending, [](Sending& s) { return progress(s.request) != Progress::pending; });
  }
};

MpiChannel::MpiChannel(Seconds patience, const std::function<void()>& give_up) : state_(std::make_unique<State>()) {
  const std::jthread starting = watch(patience, give_up);
  set_open_mpi_defaults();
  int provided = MPI_THREAD_SINGLE;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided);
  if (provided < MPI_THREAD_MULTIPLE)
    throw std::runtime_error("MPI library: no MPI_THREAD_MULTIPLE; use Open MPI 4 or newer");
  MPI_Comm_dup(MPI_COMM_WORLD, &state_->world);
  MPI_Comm_dup(MPI_COMM_WORLD, &state_->gangs.handle);
  for (const MPI_Comm comm : {MPI_COMM_WORLD, state_->world, state_->gangs.handle})
    MPI_Comm_set_errhandler(comm, MPI_ERRORS_RETURN);
  MPI_Comm_rank(state_->world, &state_->rank);
  MPI_Comm_size(state_->world, &state_->size);

  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(state_->world, MPI_COMM_TYPE_SHARED, state_->rank, MPI_INFO_NULL, &node);
  int node_size = 0;
  MPI_Comm_size(node, &node_size);
  MPI_Comm_rank(node, &state_->node_rank);
  int lowest = state_->rank;
  MPI_Bcast(&lowest, 1, MPI_INT, 0, node);
  state_->node_has_master = lowest == 0;
  const CoreMask own = core_mask();
  state_->node_cores.resize(static_cast<std::size_t>(node_size));
  MPI_Allgather(&own, sizeof own, MPI_BYTE, state_->node_cores.data(), sizeof own, MPI_BYTE, node);
  state_->nodes.resize(static_cast<std::size_t>(state_->size));
  MPI_Allgather(&lowest, 1, MPI_INT, state_->nodes.data(), 1, MPI_INT, state_->world);
  MPI_Comm_free(&node);
}

MpiChannel::~MpiChannel() {
  flush(std::chrono::seconds(1));
  MPI_Finalize();
}

void MpiChannel::leave_within(Seconds patience, const std::function<void()>& give_up) {
  state_->leaving = watch(patience, give_up);
}

int MpiChannel::rank() const {
  return state_->rank;
}
int MpiChannel::size() const {
  return state_->size;
}
void MpiChannel::refuse_alone() const {
  if (state_->size < 2)
    throw InputError("mpirun: one rank only; give -n 2 or more: rank 0 dispatches, the others train");
}
const std::vector<CoreMask>& MpiChannel::node_cores() const {
  return state_->node_cores;
}
int MpiChannel::node_rank() const {
  return state_->node_rank;
}
bool MpiChannel::node_has_master() const {
  return state_->node_has_master;
}

int MpiChannel::node_of(int rank) const {
  return state_->nodes[static_cast<std::size_t>(rank)];
}

const Communicator& MpiChannel::gangs() const {
  return state_->gangs;
}

std::string MpiChannel::library() {
  std::string text(MPI_MAX_LIBRARY_VERSION_STRING, '\0');
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  text.resize(static_cast<std::size_t>(length));
  return text;
}

void MpiChannel::send(int to, std::string bytes) {
  const int length = message_length(bytes.size());
  const std::lock_guard lock(state_->sending_mutex);
  Sending& s = state_->sending.emplace_back(Sending{std::move(bytes)});
  MPI_Isend(s.bytes.data(), length, MPI_BYTE, to, tag, state_->world, &s.request);
  state_->collect_sent();
}

std::optional<Parcel> MpiChannel::receive() {
  int found = 0;
  MPI_Message handle = MPI_MESSAGE_NULL;
  MPI_Status status;
  if (MPI_Improbe(MPI_ANY_SOURCE, tag, state_->world, &found, &handle, &status) == MPI_SUCCESS && found) {
    int count = 0;
    MPI_Get_count(&status, MPI_BYTE, &count);
    Receiving& r = state_->receiving.emplace_back();
    r.parcel = {status.MPI_SOURCE, std::string(static_cast<std::size_t>(count), '\0')};
    MPI_Imrecv(r.parcel.bytes.data(), count, MPI_BYTE, &handle, &r.request);
  }
  for (Receiving& r : state_->receiving) {
    if (r.progress == Progress::pending) r.progress = progress(r.request);
  }
  std::erase_if(state_->receiving, [](const Receiving& r) { return r.progress == Progress::failed; });
  for (auto r = state_->receiving.begin(); r != state_->receiving.end(); ++r) {
    const bool first_of_sender = std::none_of(
        state_->receiving.begin(), r, [&](const Receiving& earlier) { return earlier.parcel.from == r->parcel.from; });
    if (r->progress != Progress::done || !first_of_sender) continue;
    Parcel parcel = std::move(r->parcel);
    state_->receiving.erase(r);
    return parcel;
  }
  return std::nullopt;
}

std::optional<Parcel> MpiChannel::wait(Seconds timeout) {
  const auto deadline = Clock::now() + timeout;
  for (;;) {
    if (auto parcel = receive()) {
      state_->backoff.reset();  // only here: the pause carries over from call to call, so that an idle rank stays cheap
      return parcel;
    }
    if (Clock::now() >= deadline) return std::nullopt;
    state_->backoff.sleep();
  }
}

void MpiChannel::flush(Seconds timeout) {
  const auto deadline = Clock::now() + timeout;
  while (Clock::now() < deadline) {
    {
      const std::lock_guard lock(state_->sending_mutex);
      state_->collect_sent();
      if (state_->sending.empty()) return;
    }
    std::this_thread::sleep_for(std::chrono::microseconds(100));
  }
}

}  // namespace stormsweep
