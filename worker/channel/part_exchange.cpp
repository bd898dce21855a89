#include "worker/channel/part_exchange.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>

#include "worker/channel/abandoned.hpp"
#include "worker/channel/backoff.hpp"
#include "worker/channel/sum_sizes.hpp"

namespace stormsweep {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t segment = numbers_of_message;
constexpr std::size_t window = 4;  // pieces on their way at once, so that the wire is never idle
constexpr auto eager_looks =
    std::chrono::microseconds(50);  // after that a waiting rank sleeps, ever longer: mates may share its core

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return static_cast<std::uint16_t>((bits >> 16) | 0x40);  // NaN stays one
  return static_cast<std::uint16_t>((bits + 0x7fffu + ((bits >> 16) & 1)) >> 16);                  // to nearest even
}

float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// The piece of a part that begins at its number `first`.
std::span<float> piece_of(std::span<float> part, std::size_t first) {
  return first < part.size() ? part.subspan(first, std::min(segment, part.size() - first)) : std::span<float>();
}

float rounded_to_bf16(float value) {
  return from_bf16(to_bf16(value));
}

template <class Number>
int bytes_of(std::size_t numbers) {
  return static_cast<int>(numbers * sizeof(Number));
}

void add(std::span<float> sums, const float* values) {
  for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += values[i];
}

}  // namespace

/// A message to another rank and one from it.
struct PartExchange::Mate {
  std::span<float> in;
  std::vector<float> addend;
  std::vector<std::uint16_t> sending, receiving;  // bf16 on its way
  MPI_Request sent = MPI_REQUEST_NULL, received = MPI_REQUEST_NULL;
};

/// One segment of the parts in transit: at most one message to, and one from, each of the other ranks.
struct PartExchange::Piece {
  std::span<float> own;     // where the addends go
  std::vector<Mate> mates;  // by place; the caller's is not used
};

PartExchange::PartExchange(MPI_Comm world, int tag, std::function<bool()> abandoned)
    : world_(world), tag_(tag), abandoned_(std::move(abandoned)) {
  for (std::size_t i = 0; i < window; ++i) pieces_.push_back(std::make_unique<Piece>());
}

PartExchange::~PartExchange() = default;

std::span<float> PartExchange::part(std::span<float> values, int owners, int number) {
  const auto n = values.size(), k = static_cast<std::size_t>(owners), p = static_cast<std::size_t>(number);
  return number < owners ? values.subspan(n * p / k, n * (p + 1) / k - n * p / k) : std::span<float>();
}

void PartExchange::reduce(const SumGroup& group, int owners, std::span<float> values, TransferPrecision precision) {
  exchange(group, owners, values, precision, Step::reduce);
}

void PartExchange::spread(const SumGroup& group, int owners, std::span<float> values, TransferPrecision precision) {
  if (precision == TransferPrecision::bf16)  // as the other ranks will receive it
    std::ranges::transform(part(values, owners, group.place), part(values, owners, group.place).begin(),
                           rounded_to_bf16);
  exchange(group, owners, values, precision, Step::spread);
}

void PartExchange::exchange(const SumGroup& group, int owners, std::span<float> values, TransferPrecision precision,
                            Step step) {
  const auto longest = (values.size() + static_cast<std::size_t>(owners) - 1) / static_cast<std::size_t>(owners);
  const std::size_t count = (longest + segment - 1) / segment;
  for (std::size_t i = 0; i < count + window; ++i) {
    Piece& piece = *pieces_[i % window];
    if (i >= window && i - window < count) finish(piece, group.place, precision, step);
    if (i < count) begin(piece, group, owners, values, precision, step, i * segment);
  }
}

/// Empty segments send no message: both sides know the sizes, so they count the same messages.
void PartExchange::begin(Piece& piece, const SumGroup& group, int owners, std::span<float> values,
                         TransferPrecision precision, Step step, std::size_t first) {
  const bool adds = step == Step::reduce;
  const auto at = [&](int place) { return piece_of(part(values, owners, place), first); };
  const auto rank_at = [&](int place) { return group.ranks[static_cast<std::size_t>(place)]; };
  piece.own = at(group.place);
  piece.mates.resize(static_cast<std::size_t>(group.size()));
  for (auto& mate : piece.mates) mate.in = {};
  for (int distance = 1; distance < group.size(); ++distance) {
    const int to = (group.place + distance) % group.size();
    const int from = (group.place - distance + group.size()) % group.size();
    auto& source = piece.mates[static_cast<std::size_t>(from)];
    source.in = adds ? piece.own : at(from);
    if (!source.in.empty()) receive(source, rank_at(from), precision, step);
    const auto out = adds ? at(to) : piece.own;
    if (!out.empty()) send(piece.mates[static_cast<std::size_t>(to)], rank_at(to), out, precision);
  }
}

/// Numbers that need no adding or converting are received in place, others into a buffer.
void PartExchange::receive(Mate& mate, int rank, TransferPrecision precision, Step step) {
  const auto count = mate.in.size();
  if (precision == TransferPrecision::bf16) {
    mate.receiving.resize(count);
    MPI_Irecv(mate.receiving.data(), bytes_of<std::uint16_t>(count), MPI_BYTE, rank, tag_, world_, &mate.received);
  } else {
    if (step == Step::reduce) mate.addend.resize(count);
    MPI_Irecv(step == Step::reduce ? mate.addend.data() : mate.in.data(), bytes_of<float>(count), MPI_BYTE, rank, tag_,
              world_, &mate.received);
  }
}

void PartExchange::send(Mate& mate, int rank, std::span<const float> out, TransferPrecision precision) {
  if (precision == TransferPrecision::bf16) {
    mate.sending.resize(out.size());
    std::ranges::transform(out, mate.sending.begin(), to_bf16);
    MPI_Isend(mate.sending.data(), bytes_of<std::uint16_t>(out.size()), MPI_BYTE, rank, tag_, world_, &mate.sent);
  } else {
    MPI_Isend(out.data(), bytes_of<float>(out.size()), MPI_BYTE, rank, tag_, world_, &mate.sent);
  }
}

/// Adds in the order of the group, with the caller's own numbers at its place.
void PartExchange::finish(Piece& piece, int place, TransferPrecision precision, Step step) {
  for (auto& mate : piece.mates) {
    complete(mate.received);
    complete(mate.sent);
    if (precision == TransferPrecision::fp32) continue;
    const bool adds = step == Step::reduce;
    if (adds) mate.addend.resize(mate.in.size());
    std::transform(mate.receiving.begin(), mate.receiving.begin() + static_cast<std::ptrdiff_t>(mate.in.size()),
                   adds ? mate.addend.data() : mate.in.data(), from_bf16);
  }
  if (step == Step::spread || piece.own.empty() || piece.mates.size() == 1) return;
  const auto numbers = [&](std::size_t i) {
    return i == static_cast<std::size_t>(place) ? piece.own.data() : piece.mates[i].addend.data();
  };
  const std::span<float> sums(numbers(0), piece.own.size());
  for (std::size_t i = 1; i < piece.mates.size(); ++i) add(sums, numbers(i));
  if (place > 0) std::ranges::copy(sums, piece.own.begin());
}

void PartExchange::trade(int rank, std::span<const float> out, std::span<float> in) {
  if (!in.empty()) MPI_Irecv(in.data(), static_cast<int>(in.size_bytes()), MPI_BYTE, rank, tag_, world_, &receiving_);
  if (!out.empty()) MPI_Isend(out.data(), static_cast<int>(out.size_bytes()), MPI_BYTE, rank, tag_, world_, &sent_);
  complete(receiving_);
  complete(sent_);
}

/// Ranks beyond the largest power of two give their numbers to one below it, and get the sum back.
void PartExchange::double_up(const SumGroup& group, std::span<float> values) {
  const int even = static_cast<int>(std::bit_floor(static_cast<unsigned>(group.size())));
  const auto rank_at = [&](int place) { return group.ranks[static_cast<std::size_t>(place)]; };
  received_.resize(values.size());
  if (group.place >= even) {
    trade(rank_at(group.place - even), values, {});
    trade(rank_at(group.place - even), {}, values);
    return;
  }
  const bool helps = group.place + even < group.size();
  if (helps) {
    trade(rank_at(group.place + even), {}, received_);
    add(values, received_.data());
  }
  for (int bit = 1; bit < even; bit *= 2) {
    trade(rank_at(group.place ^ bit), values, received_);
    add(values, received_.data());
  }
  if (helps) trade(rank_at(group.place + even), values, {});
}

void PartExchange::complete(MPI_Request& request) {
  using namespace std::chrono_literals;
  if (request == MPI_REQUEST_NULL) return;
  const auto began = Clock::now();
  Backoff backoff(10us, 200us);
  for (int done = 0;;) {
    if (MPI_Test(&request, &done, MPI_STATUS_IGNORE) == MPI_SUCCESS && done) return;
    if (abandoned_()) throw Abandoned();
    if (Clock::now() - began < eager_looks)
      std::this_thread::yield();
    else
      backoff.sleep();
  }
}

}  // namespace stormsweep
