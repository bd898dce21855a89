#pragma once

#include <optional>
#include <string>

#include "search/base/time.hpp"

namespace stormsweep {

/// A message as it came: `bytes` is what the sender gave to `send`.
struct Parcel {
  int from = 0;
  std::string bytes;
};

/// Bytes between the ranks of a job. Knows nothing of trials. Messages of one sender arrive in order, each once; a dead
/// rank is not an error here: messages to it are lost, and no more come from it.
///
/// All functions may be called from several threads; `receive` and `wait` from one thread at a time.
class Channel {
 public:
  virtual ~Channel() = default;
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  /// Never blocks: the channel owns the bytes until the receiver has taken them. Between processes throws
  /// std::length_error where they are 2 GiB or more.
  virtual void send(int to, std::string bytes) = 0;
  /// The next message, if one is there.
  virtual std::optional<Parcel> receive() = 0;
  /// The next message, or nothing after `timeout`. A waiting rank uses less than 2 % of a core, which it shares with a
  /// training one.
  virtual std::optional<Parcel> wait(Seconds timeout) = 0;
  /// Returns once everything sent has been taken, or after `timeout`.
  virtual void flush(Seconds timeout) = 0;

 protected:
  Channel() = default;
};

}  // namespace stormsweep
