#include "worker/channel/all_reduce.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "worker/channel/backoff.hpp"
#include "worker/channel/communicator.hpp"
#include "worker/channel/keep_for_good.hpp"

namespace stormsweep {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int first_tag = 16;             // below: words of the channel
constexpr std::uint64_t tags = 1u << 20;  // MPI_TAG_UB of Open MPI is 2^31 - 1; of others it may be less
constexpr std::size_t segment = 65536;    // floats of one message
constexpr std::size_t window = 4;         // messages on their way at once, so that the wire is never idle
constexpr auto eager_looks =
    std::chrono::microseconds(50);  // then a rank that waits sleeps, ever longer: mates may share its core

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40);  // NaN stays one
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);                  // to nearest even
}

float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

struct Job {
  std::span<float> values;
  std::shared_ptr<void> keep;
  TransferPrecision precision;
};

/// A message to the next rank of the ring and one from the last, under way.
struct Exchange {
  std::span<float> in;
  bool add = false;  // to what is in `in`
  TransferPrecision precision = TransferPrecision::fp32;
  std::vector<std::uint16_t> sending, receiving;  // bf16 on its way
  std::vector<float> addend;
  MPI_Request sent = MPI_REQUEST_NULL, received = MPI_REQUEST_NULL;
};

}  // namespace

struct AllReduce::State {
  MPI_Comm world = MPI_COMM_NULL;
  std::vector<int> members;
  int place = 0, tag = 0;
  std::function<bool()> abandoned;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;                   // the first is being summed
  std::uint64_t started = 0, summed = 0;  // jobs
  bool broken = false;
  std::atomic<bool> closing = false;
  std::array<Exchange, window> exchanges;
  std::jthread thread;

  void work();
  void sum(std::span<float> values, TransferPrecision precision);
  void ring_step(std::span<float> out, std::span<float> in, bool add, TransferPrecision precision);
  void begin(Exchange& exchange, std::span<const float> out);
  void finish(Exchange& exchange);
  void complete(MPI_Request& request);

  int size() const { return static_cast<int>(members.size()); }
  int neighbour(int distance) const { return members[static_cast<std::size_t>((place + distance + size()) % size())]; }
  std::span<float> part(std::span<float> values, int number) const {
    const std::size_t n = values.size(), k = members.size();
    const std::size_t p = static_cast<std::size_t>((number % size() + size()) % size());
    return values.subspan(n * p / k, n * (p + 1) / k - n * p / k);
  }
};

void AllReduce::State::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return closing || !jobs.empty(); });
    if (closing) return;
    const Job& job = jobs.front();  // a deque's first stays where it is
    lock.unlock();
    bool done = true;
    try {
      sum(job.values, job.precision);
    } catch (const Abandoned&) {
      done = false;
    }
    lock.lock();
    if (done) jobs.pop_front(), ++summed;
    broken = !done;
    changed.notify_all();
    if (broken) return;
  }
}

/// First every part travels once round the ring, each rank adding its own numbers; then the sums do.
void AllReduce::State::sum(std::span<float> values, TransferPrecision precision) {
  for (int step = 0; step + 1 < size(); ++step)
    ring_step(part(values, place - step), part(values, place - step - 1), /*add=*/true, precision);
  if (precision == TransferPrecision::bf16) {  // what the others will get
    for (float& value : part(values, place + 1)) value = from_bf16(to_bf16(value));
  }
  for (int step = 0; step + 1 < size(); ++step)
    ring_step(part(values, place + 1 - step), part(values, place - step), /*add=*/false, precision);
}

void AllReduce::State::ring_step(std::span<float> out, std::span<float> in, bool add, TransferPrecision precision) {
  const auto piece = [](std::span<float> all, std::size_t first) {
    return first < all.size() ? all.subspan(first, std::min(segment, all.size() - first)) : std::span<float>();
  };
  const std::size_t messages = (std::max(out.size(), in.size()) + segment - 1) / segment;
  for (std::size_t i = 0; i < messages + window; ++i) {
    Exchange& exchange = exchanges[i % window];
    if (i >= window) finish(exchange);
    if (i >= messages) continue;
    exchange.in = piece(in, i * segment);
    exchange.add = add;
    exchange.precision = precision;
    begin(exchange, piece(out, i * segment));
  }
}

/// What is only handed on goes from buffer to buffer; what is to be added, or converted, by way of another. Of nothing
/// there is no message: the neighbours count alike, whatever the parts' sizes.
void AllReduce::State::begin(Exchange& e, std::span<const float> out) {
  const bool bf16 = e.precision == TransferPrecision::bf16;
  const void* from = out.data();
  void* to = e.in.data();
  if (bf16) {
    e.receiving.resize(e.in.size());
    e.sending.resize(out.size());
    std::transform(out.begin(), out.end(), e.sending.begin(), to_bf16);
    from = e.sending.data(), to = e.receiving.data();
  } else if (e.add) {
    e.addend.resize(e.in.size());
    to = e.addend.data();
  }
  const std::size_t width = bf16 ? sizeof(std::uint16_t) : sizeof(float);
  const auto bytes = [width](std::size_t numbers) { return static_cast<int>(numbers * width); };
  if (!e.in.empty()) MPI_Irecv(to, bytes(e.in.size()), MPI_BYTE, neighbour(-1), tag, world, &e.received);
  if (!out.empty()) MPI_Isend(from, bytes(out.size()), MPI_BYTE, neighbour(1), tag, world, &e.sent);
}

void AllReduce::State::finish(Exchange& e) {
  complete(e.received);
  if (e.precision == TransferPrecision::bf16) {
    for (std::size_t i = 0; i < e.in.size(); ++i) e.in[i] = from_bf16(e.receiving[i]) + (e.add ? e.in[i] : 0.0f);
  } else if (e.add) {
    for (std::size_t i = 0; i < e.in.size(); ++i) e.in[i] += e.addend[i];
  }
  complete(e.sent);
}

void AllReduce::State::complete(MPI_Request& request) {
  using namespace std::chrono_literals;
  if (request == MPI_REQUEST_NULL) return;
  const auto began = Clock::now();
  Backoff backoff(10us, 200us);
  for (int done = 0;;) {
    if (MPI_Test(&request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && done) return;
    if (closing || abandoned()) throw Abandoned();
    if (Clock::now() - began < eager_looks)
      std::this_thread::yield();
    else
      backoff.sleep();
  }
}

AllReduce::AllReduce(MpiChannel& channel, std::vector<int> members, std::uint64_t gang, std::function<bool()> abandoned)
    : state_(std::make_shared<State>()) {
  state_->world = channel.gangs().handle;
  state_->place = static_cast<int>(std::find(members.begin(), members.end(), channel.rank()) - members.begin());
  state_->members = std::move(members);
  state_->tag = first_tag + static_cast<int>(gang % tags);
  state_->abandoned = std::move(abandoned);
  state_->thread = std::jthread([state = state_.get()] { state->work(); });
}

AllReduce::~AllReduce() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
  if (!state_->jobs.empty()) keep_for_good(std::move(state_));
}

int AllReduce::place() const {
  return state_->place;
}
int AllReduce::size() const {
  return state_->size();
}

std::uint64_t AllReduce::start(std::span<float> values, std::shared_ptr<void> keep, TransferPrecision precision) {
  const std::lock_guard lock(state_->mutex);
  state_->jobs.push_back({values, std::move(keep), precision});
  state_->changed.notify_all();
  return ++state_->started;
}

void AllReduce::wait(std::uint64_t number) {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->broken || state_->summed >= number; });
  if (state_->summed < number) throw Abandoned();
}

}  // namespace stormsweep
