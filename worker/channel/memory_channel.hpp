#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "search/base/time.hpp"
#include "worker/channel/channel.hpp"

namespace stormsweep {

/// A channel between threads of one process, or within one thread: for tests of code that uses a channel.
class MemoryChannel : public Channel {
 public:
  /// The channels of ranks 0 ... `size` - 1. Destroying one stands for the death of its rank.
  static std::vector<std::unique_ptr<MemoryChannel>> make(int size);

  int rank() const override { return rank_; }
  int size() const override;
  void send(int to, std::string bytes) override;
  std::optional<Parcel> receive() override;
  std::optional<Parcel> wait(Seconds timeout) override;
  void flush(Seconds) override {}  // what is sent is there

 private:
  struct Mailbox;
  using Mailboxes = std::vector<std::unique_ptr<Mailbox>>;  ///< by rank

  MemoryChannel(std::shared_ptr<Mailboxes> mailboxes, int rank) : mailboxes_(std::move(mailboxes)), rank_(rank) {}
  Mailbox& mailbox(int rank) const { return *mailboxes_->at(static_cast<std::size_t>(rank)); }

  std::shared_ptr<Mailboxes> mailboxes_;
  int rank_;
};

}  // namespace stormsweep
