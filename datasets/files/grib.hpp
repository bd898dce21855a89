#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

struct grib_handle;

namespace stormsweep::grib {

/// Whether a file, unpacked where it is packed by gzip, begins with a GRIB message or with a heading and one.
bool is_grib(const std::filesystem::path& path);

/// One message, decoded by ecCodes.
class Message {
 public:
  explicit Message(grib_handle* handle) : handle_(handle, &release) {}

  std::optional<long> integer(const char* key) const;
  std::optional<double> real(const char* key) const;
  std::string text(const char* key) const;  ///< empty: none
  /// [rows, columns], row 0 = north, column 0 = west, whatever its scanning mode; NaN where it has no value. Empty:
  /// another number of values, or they cannot be decoded.
  std::vector<float> values(std::int64_t rows, std::int64_t columns) const;

 private:
  static void release(grib_handle* handle);
  std::unique_ptr<grib_handle, void (*)(grib_handle*)> handle_;
};

/// A file of messages, open for reading; one packed by gzip is unpacked into a temporary file without a name.
class File {
 public:
  /// Throws InputError: it cannot be read, or is damaged.
  explicit File(const std::filesystem::path& path);

  /// The message that begins at a byte, or else the next one; nothing at the end. Throws InputError: cut short,
  /// damaged.
  std::optional<Message> message_at(std::int64_t offset) const;
  std::optional<Message> next() const;

 private:
  std::filesystem::path path_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file_;
};

}  // namespace stormsweep::grib
