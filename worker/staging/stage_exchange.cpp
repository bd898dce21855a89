#include "worker/staging/stage_exchange.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <optional>
#include <stdexcept>
#include <utility>

namespace stormsweep {

namespace {

/// The header that precedes the bytes of a copy.
struct Head {
  std::int64_t number, bytes, modified;
  char checksum[16];
};

const std::string& name_of(const StagePlan& plan, std::int64_t number) {
  return plan.files[static_cast<std::size_t>(number)].name;
}

/// A copy to send, of which `here` bytes have arrived so far.
struct Stock {
  HeldCopy copy;
  std::int64_t here;
};

/// A shipment as messages: for each copy a head, then blocks as its bytes arrive.
class Sender {
 public:
  /// `find` returns a copy, or nothing where none of it has arrived.
  Sender(const std::vector<std::int64_t>& numbers, std::function<std::optional<Stock>(std::int64_t number)> find)
      : numbers_(numbers), find_(std::move(find)) {}

  bool next(std::string& message) {
    if (left_ > 0) return block(message), true;
    if (at_ == numbers_.size()) return false;
    if (const auto stock = find_(numbers_[at_])) begin(*stock, message);
    return true;
  }
  std::int64_t bytes() const { return bytes_; }

 private:
  void begin(const Stock& stock, std::string& message) {
    const StagedCopy& what = stock.copy.what;
    file_ = Descriptor(::open(stock.copy.path.c_str(), O_RDONLY | O_CLOEXEC));
    left_ = what.bytes;
    bytes_ += what.bytes;
    Head head{numbers_[at_++], what.bytes, what.modified, {}};
    std::copy_n(what.checksum.begin(), sizeof head.checksum, head.checksum);
    message.assign(reinterpret_cast<const char*>(&head), sizeof head);
  }

  void block(std::string& message) {
    const Stock stock = *find_(numbers_[at_ - 1]);
    const std::int64_t lacking = stock.copy.what.bytes - stock.here;
    message.resize(static_cast<std::size_t>(std::min<std::int64_t>(left_ - lacking, Relay::block)));
    for (std::size_t filled = 0; filled < message.size();) {
      const ssize_t got = ::read(*file_, message.data() + filled, message.size() - filled);
      if (got > 0) filled += static_cast<std::size_t>(got);
      if (got == 0 || (got < 0 && errno != EINTR))
        throw std::runtime_error(stock.copy.path.string() + ": is gone, or shorter than it was");
    }
    left_ -= static_cast<std::int64_t>(message.size());
  }

  const std::vector<std::int64_t>& numbers_;
  std::function<std::optional<Stock>(std::int64_t)> find_;
  std::size_t at_ = 0;  // the next copy
  Descriptor file_;
  std::int64_t left_ = 0;   // bytes still to send of the current copy
  std::int64_t bytes_ = 0;  // of all copies begun
};

class Receiver {
 public:
  Receiver(const StagePlan& plan, StageFolder& folder, StageProgress& progress)
      : plan_(plan), folder_(folder), progress_(progress) {}

  void take(std::string_view message) {
    if (!writer_) {
      std::memcpy(&head_, message.data(), sizeof head_);
      writer_.emplace(folder_.path(name_of(plan_, head_.number)), folder_.unfinished(head_.number));
      progress_.begin(head_.bytes);
    } else {
      writer_->write(message);
      progress_.add(std::ssize(message));
    }
    if (writer_->bytes() == head_.bytes) finish();
  }
  std::int64_t bytes() const { return bytes_; }
  /// Nothing where none of the copy has arrived.
  std::optional<Stock> find(std::int64_t number) const {
    if (writer_ && head_.number == number) return Stock{{what(), writer_->temporary()}, writer_->bytes()};
    const auto found = come_.find(number);
    if (found == come_.end()) return std::nullopt;
    return Stock{{found->second, folder_.path(name_of(plan_, number))}, found->second.bytes};
  }

 private:
  StagedCopy what() const { return {head_.bytes, head_.modified, {head_.checksum, sizeof head_.checksum}}; }

  void finish() {
    const std::string& name = name_of(plan_, head_.number);
    const StagedCopy& copy = come_[head_.number] = what();
    if (writer_->checksum() != copy.checksum)
      throw std::runtime_error(fmt::format("{}: arrived with checksum {} instead of {}: is a disk or memory at fault?",
                                           name, writer_->checksum(), copy.checksum));
    folder_.note(name, copy);
    writer_->publish();
    writer_.reset();
    bytes_ += copy.bytes;
  }

  const StagePlan& plan_;
  StageFolder& folder_;
  StageProgress& progress_;
  Head head_{};
  std::optional<CopyWriter> writer_;
  std::map<std::int64_t, StagedCopy> come_;
  std::int64_t bytes_ = 0;
};

/// Sends and receives at once. Returns the bytes that were sent.
std::int64_t exchange(Relay& relay, int to, Sender& sender, int from, Receiver& receiver) {
  relay.exchange(
      to, [&](std::string& message) { return sender.next(message); }, from,
      [&](std::string_view message) { receiver.take(message); });
  return sender.bytes();
}

/// Exchanges the files of one ring. Returns the bytes that were sent.
std::int64_t go_round(const StageRoutes& routes, const StageRoutes::Ring& ring, const StagePlan& plan,
                      const StageFolder& folder, Receiver& receiver, Relay& relay) {
  Sender sender(ring.handed, [&](std::int64_t number) -> std::optional<Stock> {
    if (!routes.held_beside(relay.place(), number)) return receiver.find(number);
    const StagedCopy what = folder.noted(name_of(plan, number)).value();
    return Stock{{what, folder.path(name_of(plan, number))}, what.bytes};
  });
  return exchange(relay, ring.to, sender, ring.from, receiver);
}

}  // namespace

ExchangedBytes exchange_copies(StageRoutes routes, const StagePlan& plan, StageFolder& folder, const HeldCopies& held,
                               StageProgress& progress, Relay& relay) {
  const int size = relay.size(), place = relay.place();
  const auto ring = routes.ring(place);
  routes.leave_to_rings();
  std::map<std::int64_t, int> sendings;
  for (int to = 0; to < size; ++to) {
    for (const std::int64_t number : routes.shipment(place, to)) ++sendings[number];
  }
  progress.expect((ring ? std::ssize(ring->fetched) : 0) + std::ssize(routes.fetched(place)));
  Receiver receiver(plan, folder, progress);
  ExchangedBytes bytes;
  if (ring) bytes.sent = go_round(routes, *ring, plan, folder, receiver, relay);
  for (int shift = 1; shift < size; ++shift) {
    const int to = (place + shift) % size, from = (place + size - shift) % size;
    const std::vector<std::int64_t> numbers = routes.shipment(place, to);
    Sender sender(numbers, [&](std::int64_t number) {
      const HeldCopy& copy = held.at(number);
      return Stock{copy, copy.what.bytes};
    });
    bytes.sent += exchange(relay, to, sender, from, receiver);
    for (const std::int64_t number : numbers) {
      const HeldCopy& copy = held.at(number);
      std::error_code ignored;
      if (--sendings[number] == 0 && copy.path == folder.transit(name_of(plan, number)))
        std::filesystem::remove(copy.path, ignored);
    }
  }
  bytes.received = receiver.bytes();
  return bytes;
}

}  // namespace stormsweep
