#include "worker/channel/memory_channel.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

#include "search/base/time.hpp"

namespace stormsweep {

struct MemoryChannel::Mailbox {
  std::mutex mutex;  ///< of parcels
  std::condition_variable filled;
  std::deque<Parcel> parcels;

  std::optional<Parcel> take() {
    if (parcels.empty()) return std::nullopt;
    Parcel first = std::move(parcels.front());
    parcels.pop_front();
    return first;
  }
};

std::vector<std::unique_ptr<MemoryChannel>> MemoryChannel::make(int size) {
  const auto mailboxes = std::make_shared<Mailboxes>();
  std::vector<std::unique_ptr<MemoryChannel>> channels;
  for (int rank = 0; rank < size; ++rank) {
    mailboxes->push_back(std::make_unique<Mailbox>());
    channels.emplace_back(new MemoryChannel(mailboxes, rank));
  }
  return channels;
}

int MemoryChannel::size() const {
  return static_cast<int>(mailboxes_->size());
}

void MemoryChannel::send(int to, std::string bytes) {
  Mailbox& box = mailbox(to);
  {
    const std::lock_guard lock(box.mutex);
    box.parcels.push_back({rank_, std::move(bytes)});
  }
  box.filled.notify_one();
}

std::optional<Parcel> MemoryChannel::receive() {
  Mailbox& box = mailbox(rank_);
  const std::lock_guard lock(box.mutex);
  return box.take();
}

std::optional<Parcel> MemoryChannel::wait(Seconds timeout) {
  Mailbox& box = mailbox(rank_);
  std::unique_lock lock(box.mutex);
  box.filled.wait_for(lock, timeout, [&box] { return !box.parcels.empty(); });
  return box.take();
}

}  // namespace stormsweep
