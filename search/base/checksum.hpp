#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace stormsweep {

/// XXH3 of the bytes added so far. It finds accidental changes, by a disk, a network or a slip, not deliberate ones.
class Checksum {
 public:
  enum class Bits { b64, b128 };

  explicit Checksum(Bits bits = Bits::b64);
  Checksum(const Checksum&) = delete;
  Checksum& operator=(const Checksum&) = delete;
  ~Checksum();

  void add(std::span<const std::byte> bytes);
  std::string digits() const;  ///< of what has been added so far: 16 hexadecimal ones, or 32

 private:
  struct State;
  std::unique_ptr<State> state_;
  Bits bits_;
};

}  // namespace stormsweep
