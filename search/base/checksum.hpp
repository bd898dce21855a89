#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

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
  /// A text, and a mark of its end.
  void add_text(std::string_view text);
  /// The bytes of a file, which stays in the page cache for the next reads; `read` is given how many, piece by piece.
  /// Throws InputError, which ends in `remedy`, where it cannot be read.
  void add_file(
      const std::filesystem::path& file, std::string_view remedy,
      const std::function<void(std::size_t bytes)>& read = [](std::size_t) {});
  std::string digits() const;  ///< of what has been added so far: 16 hexadecimal ones, or 32

 private:
  struct State;
  std::unique_ptr<State> state_;
  Bits bits_;
};

}  // namespace stormsweep
