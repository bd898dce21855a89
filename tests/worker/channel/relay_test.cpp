// Bytes in bulk, under real ranks.
#include "worker/channel/relay.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "tests/worker/channel/check.hpp"
#include "worker/channel/abandoned.hpp"

namespace stormsweep {

namespace {

using Seconds = std::chrono::duration<double>;

std::vector<int> everyone(const MpiChannel& channel) {
  std::vector<int> members;
  for (int rank = 0; rank < channel.size(); ++rank) members.push_back(rank);
  return members;
}

/// Message `number` from one rank to another: small ones and blocks in turn.
std::string message(int from, int to, int number) {
  const std::size_t size = number % 4 == 3 ? 10 : Relay::block - static_cast<std::size_t>(number);
  return std::string(size, static_cast<char>('a' + (7 * from + 3 * to + number) % 26));
}

void gathers(MpiChannel& channel, std::uint64_t number) {
  Relay relay(channel, everyone(channel), {.number = number});
  bool right = true;
  for (const std::size_t size : {0ul, 5ul, 3'000'000ul}) {
    const auto of = [size](int place) { return std::string(size, static_cast<char>('a' + place)) + "!"; };
    const auto all = relay.gather(of(relay.place()));
    right &= static_cast<int>(all.size()) == channel.size();
    for (int place = 0; place < relay.size(); ++place) right &= all[static_cast<std::size_t>(place)] == of(place);
  }
  check(right, "every rank gets what all ranks give, in their order", channel);
}

/// As in staging: in each shift different pairs exchange streams of different lengths, one of them empty, without a
/// barrier in between.
void exchanges(MpiChannel& channel, std::uint64_t number) {
  std::vector<int> members = everyone(channel);
  std::reverse(members.begin(), members.end());
  Relay relay(channel, members, {.number = number});
  const int size = relay.size(), place = relay.place();
  const auto count = [](int from, int to) { return 5 * ((from + 2 * to) % 5); };
  bool right = true;
  for (int shift = 1; shift < size; ++shift) {
    const int to = (place + shift) % size, from = (place + size - shift) % size;
    int sent = 0, taken = 0;
    relay.exchange(
        to,
        [&](std::string& bytes) {
          if (sent == count(place, to)) return false;
          bytes = message(place, to, sent++);
          return true;
        },
        from,
        [&](std::string_view bytes) {
          if (taken % 7 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(3));  // a slow disk
          right &= bytes == message(from, place, taken++);
        });
    right &= taken == count(from, place) && sent == count(place, to);
  }
  check(right, "streams arrive whole and in order, and apart from each other", channel);
  check(relay.gather("x") == std::vector<std::string>(members.size(), "x"), "and what follows is not mixed up",
        channel);
}

/// Messages from place 0 go around, each forwarded as it comes, through places that have none of their own.
void hands_on(MpiChannel& channel, std::uint64_t number) {
  Relay relay(channel, everyone(channel), {.number = number});
  constexpr std::size_t count = 40;
  const int size = relay.size(), place = relay.place();
  std::vector<std::string> sound, here;
  for (std::size_t i = 0; i < count; ++i) sound.push_back(message(0, 0, static_cast<int>(i)));
  if (place == 0) here = sound;
  std::size_t sent = 0;
  std::vector<std::string> back;
  relay.exchange((place + 1) % size,
                 [&](std::string& bytes) {
                   if (sent == count) return false;
                   if (sent < here.size()) bytes = here[sent++];
                   return true;
                 },
                 (place + size - 1) % size,
                 [&](std::string_view bytes) { (place == 0 ? back : here).emplace_back(bytes); });
  check(here == sound && (place > 0 || back == sound), "what comes can be handed on at once", channel);
}

/// Rank 1 is busy outside the relay for longer than the patience, and is not taken for dead.
void busy(MpiChannel& channel, std::uint64_t number) {
  Relay relay(channel, everyone(channel), {.patience = Seconds(0.4), .number = number});
  if (channel.rank() == 1) std::this_thread::sleep_for(Seconds(1.2));
  bool right = true;
  try {
    relay.gather("");
  } catch (const MateLost&) {
    right = false;
  }
  check(right, "who is busy is not taken for dead", channel);
}

std::string end_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const MateLost& lost) {
    return lost.what();
  } catch (const Abandoned&) {
    return "abandoned";
  }
  return "nothing was thrown";
}

/// Rank 1 leaves silently in the middle of a stream.
void dead(MpiChannel& channel, std::uint64_t number) {
  Relay relay(channel, everyone(channel), {.patience = Seconds(0.4), .number = number});
  if (channel.rank() == 1) return;
  const auto began = std::chrono::steady_clock::now();
  const auto endless = [](std::string& bytes) { return bytes.assign(Relay::block, 'x'), true; };
  const std::string end = end_of([&] { relay.exchange(1, endless, 1, [](std::string_view) {}); });
  check(end == "rank 1 is silent: it may be dead", "a silent mate is named", channel);
  check(std::chrono::steady_clock::now() - began < Seconds(2), "soon", channel);
}

void failing(MpiChannel& channel, std::uint64_t number) {
  Relay relay(channel, everyone(channel), {.number = number});
  if (channel.rank() == 1) return relay.fail("/disk: full; free some space");
  const std::string end = end_of([&] { relay.gather("x"), relay.gather("y"); });
  check(end == "rank 1: /disk: full; free some space", "who gives up tells its mates why", channel);
}

void abandoned(MpiChannel& channel, std::uint64_t number) {
  Relay relay(channel, everyone(channel), {.abandoned = [&] { return channel.rank() == 0; }, .number = number});
  if (channel.rank() == 1) std::this_thread::sleep_for(Seconds(0.2));
  if (channel.rank() == 0) check(end_of([&] { relay.gather("x"); }) == "abandoned", "who is told to, leaves", channel);
}

/// Some ranks use one relay while the others use another.
void subset(MpiChannel& channel, std::uint64_t number) {
  std::vector<int> odd, even;
  for (int rank = 0; rank < channel.size(); ++rank) (rank % 2 ? odd : even).push_back(rank);
  const auto& members = channel.rank() % 2 ? odd : even;
  Relay relay(channel, members, {.number = number});
  const auto all = relay.gather(std::to_string(channel.rank()));
  bool right = all.size() == members.size();
  for (std::size_t place = 0; place < members.size(); ++place) right &= all[place] == std::to_string(members[place]);
  check(right, "a relay of some ranks only", channel);
}

}  // namespace

void relay_contract(MpiChannel& channel) {
  gathers(channel, 0);
  exchanges(channel, 1);
  subset(channel, 2);
  busy(channel, 3);
  dead(channel, 4);
  failing(channel, 5);
  abandoned(channel, 6);
  gathers(channel, 7);
  exchanges(channel, 8);  // tags repeat after 8: this relay reuses the tag of number 0, which ended properly
  hands_on(channel, 9);
}

}  // namespace stormsweep
