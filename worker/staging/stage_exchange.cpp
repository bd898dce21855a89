#include "worker/staging/stage_exchange.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>

namespace stormsweep {

namespace {

/// Goes ahead of the bytes of a copy.
struct Head {
  std::int64_t number, bytes, modified;
  char checksum[16];
};

const std::string& name_of(const StagePlan& plan, std::int64_t number) {
  return plan.files[static_cast<std::size_t>(number)].name;
}

int turn(const std::vector<int>& places, std::int64_t number) {
  return places[static_cast<std::size_t>(number) % places.size()];
}

/// The copies of a shipment as messages: a head, then blocks.
class Sender {
 public:
  Sender(const std::vector<std::int64_t>& numbers, const HeldCopies& held) : numbers_(numbers), held_(held) {}

  bool next(std::string& message) {
    if (left_ > 0) return block(message), true;
    if (at_ == numbers_.size()) return false;
    const std::int64_t number = numbers_[at_++];
    const HeldCopy& copy = held_.at(number);
    file_ = Descriptor(::open(copy.path.c_str(), O_RDONLY | O_CLOEXEC));
    left_ = copy.what.bytes;
    Head head{number, copy.what.bytes, copy.what.modified, {}};
    std::copy_n(copy.what.checksum.begin(), sizeof head.checksum, head.checksum);
    message.assign(reinterpret_cast<const char*>(&head), sizeof head);
    return true;
  }

 private:
  void block(std::string& message) {
    message.resize(static_cast<std::size_t>(std::min<std::int64_t>(left_, Relay::block)));
    for (std::size_t filled = 0; filled < message.size();) {
      const ssize_t got = ::read(*file_, message.data() + filled, message.size() - filled);
      if (got > 0) filled += static_cast<std::size_t>(got);
      if (got == 0 || (got < 0 && errno != EINTR))
        throw std::runtime_error(held_.at(numbers_[at_ - 1]).path.string() + ": is gone, or shorter than it was");
    }
    left_ -= static_cast<std::int64_t>(message.size());
  }

  const std::vector<std::int64_t>& numbers_;
  const HeldCopies& held_;
  std::size_t at_ = 0;  // the next copy
  Descriptor file_;
  std::int64_t left_ = 0;  // bytes of the one before it
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

 private:
  void finish() {
    const std::string& name = name_of(plan_, head_.number);
    const StagedCopy what{head_.bytes, head_.modified, {head_.checksum, sizeof head_.checksum}};
    if (writer_->checksum() != what.checksum)
      throw std::runtime_error(fmt::format("{}: arrived with checksum {} instead of {}: is a disk or memory at fault?",
                                           name, writer_->checksum(), what.checksum));
    folder_.note(name, what);
    writer_->publish();
    writer_.reset();
    bytes_ += what.bytes;
  }

  const StagePlan& plan_;
  StageFolder& folder_;
  StageProgress& progress_;
  Head head_{};
  std::optional<CopyWriter> writer_;
  std::int64_t bytes_ = 0;
};

}  // namespace

std::vector<int> StageRoutes::mates(int place) const {
  std::vector<int> mates;
  for (int other = 0; other < static_cast<int>(machines.size()); ++other) {
    if (machines[static_cast<std::size_t>(other)] == machines[static_cast<std::size_t>(place)]) mates.push_back(other);
  }
  return mates;
}

bool StageRoutes::held_beside(int place, std::int64_t number) const {
  const auto& places = holders.at(number);
  return std::any_of(places.begin(), places.end(), [&](int holder) {
    return machines[static_cast<std::size_t>(holder)] == machines[static_cast<std::size_t>(place)];
  });
}

std::vector<std::int64_t> StageRoutes::fetched(int to) const {
  std::vector<std::int64_t> numbers;
  const std::vector<int> fetchers = mates(to);
  for (const std::int64_t number : wanted[static_cast<std::size_t>(machines[static_cast<std::size_t>(to)])]) {
    if (turn(fetchers, number) == to && !held_beside(to, number)) numbers.push_back(number);
  }
  return numbers;
}

std::vector<std::int64_t> StageRoutes::shipment(int from, int to) const {
  std::vector<std::int64_t> numbers = fetched(to);
  std::erase_if(numbers, [&](std::int64_t number) { return turn(holders.at(number), number) != from; });
  return numbers;
}

ExchangedBytes exchange_copies(const StageRoutes& routes, const StagePlan& plan, StageFolder& folder,
                               const HeldCopies& held, StageProgress& progress, Relay& relay) {
  const int size = relay.size(), place = relay.place();
  std::map<std::int64_t, int> sendings;
  for (int to = 0; to < size; ++to) {
    for (const std::int64_t number : routes.shipment(place, to)) ++sendings[number];
  }
  progress.expect(std::ssize(routes.fetched(place)));
  Receiver receiver(plan, folder, progress);
  ExchangedBytes bytes;
  for (int shift = 1; shift < size; ++shift) {
    const int to = (place + shift) % size, from = (place + size - shift) % size;
    const std::vector<std::int64_t> numbers = routes.shipment(place, to);
    Sender sender(numbers, held);
    relay.exchange(
        to, [&](std::string& message) { return sender.next(message); }, from,
        [&](std::string_view message) { receiver.take(message); });
    for (const std::int64_t number : numbers) {
      const HeldCopy& copy = held.at(number);
      bytes.sent += copy.what.bytes;
      std::error_code ignored;
      if (--sendings[number] == 0 && copy.path == folder.transit(name_of(plan, number)))
        std::filesystem::remove(copy.path, ignored);
    }
  }
  bytes.received = receiver.bytes();
  return bytes;
}

}  // namespace stormsweep
