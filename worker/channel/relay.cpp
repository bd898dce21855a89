#include "worker/channel/relay.hpp"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <deque>
#include <list>
#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "search/base/waking_clock.hpp"
#include "worker/channel/backoff.hpp"
#include "worker/channel/communicator.hpp"
#include "worker/channel/keep_for_good.hpp"
#include "worker/channel/message_length.hpp"

namespace stormsweep {

namespace {

constexpr std::uint64_t numbers = 8;  // two tags each, below those of AllReduce

struct Message {
  std::string bytes;
  MPI_Request request = MPI_REQUEST_NULL;  // null: not under way
};

/// Of `gather`: one to a mate and one from it.
struct Letter {
  int mate = 0;
  Message out, in;
  bool coming = false;
};

/// An error means that the other side died, of which its silence tells.
bool done(MPI_Request& request) {
  int flag = 0;
  return request == MPI_REQUEST_NULL || (MPI_Test(&request, &flag, MPI_STATUS_IGNORE) == MPI_SUCCESS && flag);
}

/// A rank that waits for a slow disk costs its neighbours nothing.
Backoff patient() {
  return {std::chrono::microseconds(20), std::chrono::milliseconds(5)};
}

}  // namespace

struct Relay::State {
  MPI_Comm world = MPI_COMM_NULL;
  std::vector<int> members;
  int place = 0, data_tag = 0, life_tag = 0;
  Options options;
  WakingClock waking{steady_time(), Seconds(1)};
  std::vector<Seconds> heard;  // of each place, by that clock

  std::list<Letter> letters;  // stable addresses: MPI reads and writes the bytes
  std::array<Message, window> outgoing;
  std::deque<Message> incoming;  // a deque's others stay where they are when one is added or taken at an end

  std::mutex signs_mutex;
  std::list<Message> signs;
  std::jthread life;  // last: it uses the others

  int size() const { return static_cast<int>(members.size()); }
  int rank(int at) const { return members[static_cast<std::size_t>(at)]; }
  void send(int to, int tag, Message& message) const {
    MPI_Isend(message.bytes.data(), message_length(message.bytes.size()), MPI_BYTE, rank(to), tag, world,
              &message.request);
  }
  bool matched(int from, int tag, Message& message, int* sender = nullptr) const;
  bool exchanged(Letter& letter) const;
  void show_signs(const std::string& text);
  void live(const std::stop_token& stop);
  void look_after(const std::set<int>& awaited);
  bool send_on(const std::function<bool(std::string&)>& next, int to, bool& more);
  bool take_on(const std::function<void(std::string_view)>& take, int from, bool& all_here, bool& more);
  bool idle();
};

/// Begins to receive the next message from rank `from`, if one is there.
bool Relay::State::matched(int from, int tag, Message& message, int* sender) const {
  int found = 0, count = 0;
  MPI_Message handle = MPI_MESSAGE_NULL;
  MPI_Status status;
  if (MPI_Improbe(from, tag, world, &found, &handle, &status) != MPI_SUCCESS || !found) return false;
  MPI_Get_count(&status, MPI_BYTE, &count);
  message.bytes.resize(static_cast<std::size_t>(count));
  if (sender) *sender = status.MPI_SOURCE;
  MPI_Imrecv(message.bytes.data(), count, MPI_BYTE, &handle, &message.request);
  return true;
}

bool Relay::State::exchanged(Letter& letter) const {
  if (!letter.coming) letter.coming = matched(rank(letter.mate), data_tag, letter.in);
  return letter.coming && done(letter.in.request) && done(letter.out.request);
}

/// To all mates: nothing but that we live, or why we give up.
void Relay::State::show_signs(const std::string& text) {
  const std::lock_guard lock(signs_mutex);
  std::erase_if(signs, [](Message& sign) { return done(sign.request); });
  for (int mate = 0; mate < size(); ++mate) {
    if (mate != place) send(mate, life_tag, signs.emplace_back(Message{text}));
  }
}

void Relay::State::live(const std::stop_token& stop) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any never;
  while (!never.wait_for(lock, stop, options.patience / 8, [&] { return stop.stop_requested(); })) show_signs("");
}

/// Reads signs of life; throws where those from whom something is awaited show none, or anybody has given up.
void Relay::State::look_after(const std::set<int>& awaited) {
  const Seconds now = waking.at(steady_time());
  Message sign;
  for (int sender = 0; matched(MPI_ANY_SOURCE, life_tag, sign, &sender);) {
    while (!done(sign.request)) std::this_thread::yield();  // some bytes, which are here
    const auto mate = std::find(members.begin(), members.end(), sender) - members.begin();
    heard[static_cast<std::size_t>(mate)] = now;
    if (!sign.bytes.empty()) throw MateLost("rank " + std::to_string(sender) + ": " + sign.bytes);
  }
  for (const int mate : awaited) {
    if (now - heard[static_cast<std::size_t>(mate)] > options.patience)
      throw MateLost("rank " + std::to_string(rank(mate)) + " is silent: it may be dead");
  }
  if (options.abandoned && options.abandoned()) throw Abandoned();
}

/// Sends what there is room for; whether there was any.
bool Relay::State::send_on(const std::function<bool(std::string&)>& next, int to, bool& more) {
  bool moved = false;
  for (Message& slot : outgoing) {
    if (!more) break;
    if (!done(slot.request)) continue;
    slot.bytes.clear();
    more = next(slot.bytes);
    if (more && slot.bytes.empty()) break;  // none yet
    if (!more) slot.bytes.clear();          // an empty message ends the stream
    send(to, data_tag, slot);
    moved = true;
  }
  return moved;
}

/// `all_here`: the end of the stream has come, perhaps before what went ahead of it is whole; what follows from the
/// same rank belongs to the next call.
bool Relay::State::take_on(const std::function<void(std::string_view)>& take, int from, bool& all_here, bool& more) {
  bool moved = false;
  while (!all_here && incoming.size() < window) {
    if (!matched(rank(from), data_tag, incoming.emplace_back())) {
      incoming.pop_back();
      break;
    }
    all_here = incoming.back().bytes.empty();
    moved = true;
  }
  while (!incoming.empty() && done(incoming.front().request)) {
    if (incoming.front().bytes.empty())
      more = false;
    else
      take(incoming.front().bytes);
    incoming.pop_front();
    moved = true;
  }
  return moved;
}

bool Relay::State::idle() {
  const auto over = [](Message& message) { return done(message.request); };
  const std::lock_guard lock(signs_mutex);
  std::erase_if(signs, over);
  return signs.empty() && letters.empty() && incoming.empty() && std::all_of(outgoing.begin(), outgoing.end(), over);
}

Relay::Relay(MpiChannel& channel, std::vector<int> members, Options options) : state_(std::make_shared<State>()) {
  state_->world = channel.gangs().handle;
  state_->place = static_cast<int>(std::find(members.begin(), members.end(), channel.rank()) - members.begin());
  state_->heard.assign(members.size(), steady_time());
  state_->members = std::move(members);
  state_->data_tag = static_cast<int>(2 * (options.number % numbers));
  state_->life_tag = state_->data_tag + 1;
  state_->waking = WakingClock(steady_time(), options.patience / 8);
  state_->options = std::move(options);
  state_->life = std::jthread([state = state_.get()](const std::stop_token& stop) { state->live(stop); });
}

Relay::~Relay() {
  state_->life.request_stop();
  state_->life.join();
  if (!state_->idle()) keep_for_good(std::move(state_));
}

int Relay::place() const {
  return state_->place;
}
int Relay::size() const {
  return state_->size();
}

std::vector<std::string> Relay::gather(const std::string& mine) {
  State& s = *state_;
  std::vector<std::string> all(s.members.size());
  all[static_cast<std::size_t>(s.place)] = mine;
  for (int mate = 0; mate < s.size(); ++mate) {
    if (mate != s.place) s.send(mate, s.data_tag, s.letters.emplace_back(Letter{mate, {mine}, {}}).out);
  }
  Backoff backoff = patient();
  while (!s.letters.empty()) {
    const auto arrived = std::erase_if(s.letters, [&](Letter& letter) {
      if (!s.exchanged(letter)) return false;
      all[static_cast<std::size_t>(letter.mate)] = std::move(letter.in.bytes);
      return true;
    });
    if (arrived > 0) {
      backoff.reset();
      continue;
    }
    std::set<int> awaited;
    for (const Letter& letter : s.letters) awaited.insert(letter.mate);
    s.look_after(awaited);
    backoff.sleep();
  }
  return all;
}

void Relay::exchange(int to, const std::function<bool(std::string&)>& next, int from,
                     const std::function<void(std::string_view)>& take) {
  State& s = *state_;
  bool more_to_send = true, all_here = false, more_to_come = true;
  const auto sent = [&s] {
    return std::all_of(s.outgoing.begin(), s.outgoing.end(), [](Message& m) { return done(m.request); });
  };
  Backoff backoff = patient();
  while (more_to_send || more_to_come || !sent()) {
    const bool moved = s.send_on(next, to, more_to_send) | s.take_on(take, from, all_here, more_to_come);
    s.look_after({to, from});
    if (moved)
      backoff.reset();
    else
      backoff.sleep();
  }
}

void Relay::fail(const std::string& reason) {
  state_->show_signs(reason.empty() ? "it gives up" : reason);
  // Short messages leave at once, or with the next looks.
  for (int look = 0; look < 100 && !state_->idle(); ++look) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

}  // namespace stormsweep
