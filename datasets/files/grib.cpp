#include "datasets/files/grib.hpp"

#include <eccodes.h>

#include <algorithm>
#include <array>
#include <limits>

#include "datasets/files/packed_file.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep::grib {

namespace {

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& problem) {
  throw InputError(path.string() + ": " + problem + "; fetch it again or leave it out");
}

/// ecCodes prints errors to standard error; we throw exceptions.
void silence() {
  grib_context_set_logging_proc(nullptr, [](const grib_context*, int, const char*) {});
}

using OpenFile = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

OpenFile open_unpacked(const std::filesystem::path& path) {
  if (!packed::is_gzip(path)) return {std::fopen(path.c_str(), "rb"), &std::fclose};
  const std::string bytes = packed::all_bytes(path);
  OpenFile file(std::tmpfile(), &std::fclose);
  if (!file || std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size() ||
      std::fseek(file.get(), 0, SEEK_SET) != 0)
    refuse_file(path, "cannot be unpacked into a temporary file", "make space in /tmp, or unpack it");
  return file;
}

std::uint64_t big_endian(const unsigned char* bytes, int count) {
  std::uint64_t number = 0;
  for (int i = 0; i < count; ++i) number = number << 8 | bytes[i];
  return number;
}

/// The least length of a message by its first 16 bytes (WMO's section 0 of editions 1 and 2). In edition 1 the highest
/// bit is ECMWF's mark of a message of more than 8 MB, whose length these bytes alone do not tell.
std::uint64_t least_length(const std::array<unsigned char, 16>& head) {
  constexpr std::uint64_t large = 0x800000;
  return head[7] == 1 ? std::min(big_endian(head.data() + 4, 3), large) : big_endian(head.data() + 8, 8);
}

/// Where the next message begins; -1: nowhere.
long find_message(std::FILE* file) {
  constexpr std::uint32_t begins = 0x47524942;  // "GRIB"
  std::uint32_t last = 0;
  for (int byte = std::getc(file); byte != EOF; byte = std::getc(file)) {
    last = last << 8 | static_cast<std::uint32_t>(byte);
    if (last == begins) return std::ftell(file) - 4;
  }
  return -1;
}

/// Whether the file has the whole message that begins at this byte; where it has not, ecCodes 2.28 writes past its
/// memory. Leaves the file at this byte: before it there may be what ecCodes takes for another kind of message.
bool fits(std::FILE* file, long begin) {
  std::array<unsigned char, 16> head{};
  std::fseek(file, begin, SEEK_SET);
  const bool whole = std::fread(head.data(), 1, head.size(), file) == head.size();
  const std::uint64_t length = least_length(head);
  std::fseek(file, 0, SEEK_END);
  const auto left = static_cast<std::uint64_t>(std::ftell(file) - begin);
  std::fseek(file, begin, SEEK_SET);
  return whole && length > head.size() && length <= left;
}

/// Where number k of a message lies in an image whose row 0 is north and column 0 west (WMO's flag table 3.4).
class Scan {
 public:
  Scan(const Message& message, std::int64_t rows, std::int64_t columns) : rows_(rows), columns_(columns) {
    const auto set = [&](const char* key) { return message.integer(key).value_or(0) != 0; };
    west_ = set("iScansNegatively"), north_ = set("jScansPositively");
    columns_first_ = set("jPointsAreConsecutive"), alternates_ = set("alternativeRowScanning");
  }
  std::int64_t place(std::int64_t k) const {
    const std::int64_t length = columns_first_ ? rows_ : columns_, line = k / length;
    const std::int64_t along = alternates_ && line % 2 == 1 ? length - 1 - k % length : k % length;
    const std::int64_t i = columns_first_ ? line : along, j = columns_first_ ? along : line;
    return (north_ ? rows_ - 1 - j : j) * columns_ + (west_ ? columns_ - 1 - i : i);
  }

 private:
  std::int64_t rows_, columns_;
  bool west_ = false, north_ = false, columns_first_ = false, alternates_ = false;
};

bool is_missing(grib_handle* handle, const char* key) {
  int problem = 0;
  return codes_is_missing(handle, key, &problem) != 0;
}

}  // namespace

bool is_grib(const std::filesystem::path& path) {
  const std::string head = packed::first_bytes(path, 100);  // WMO's headings are shorter
  const std::size_t begin = head.find("GRIB");
  return begin == 0 || (begin != std::string::npos && head[0] == '\x01');
}

void Message::release(grib_handle* handle) {
  codes_handle_delete(handle);
}

std::optional<long> Message::integer(const char* key) const {
  long value = 0;
  if (is_missing(handle_.get(), key) || codes_get_long(handle_.get(), key, &value) != CODES_SUCCESS)
    return std::nullopt;
  return value;
}

std::optional<double> Message::real(const char* key) const {
  double value = 0;
  if (is_missing(handle_.get(), key) || codes_get_double(handle_.get(), key, &value) != CODES_SUCCESS)
    return std::nullopt;
  return value;
}

std::string Message::text(const char* key) const {
  std::array<char, 1024> value{};
  std::size_t length = value.size();
  return codes_get_string(handle_.get(), key, value.data(), &length) == CODES_SUCCESS ? value.data() : "";
}

std::vector<float> Message::values(std::int64_t rows, std::int64_t columns) const {
  constexpr double missing = -1e100;
  std::size_t count = 0;
  codes_get_size(handle_.get(), "values", &count);
  if (rows < 1 || columns < 1 || static_cast<std::int64_t>(count) != rows * columns) return {};
  std::vector<double> numbers(count);
  codes_set_double(handle_.get(), "missingValue", missing);
  if (codes_get_double_array(handle_.get(), "values", numbers.data(), &count) != CODES_SUCCESS) return {};
  const Scan scan(*this, rows, columns);
  std::vector<float> image(count);
  for (std::size_t k = 0; k < count; ++k) {
    const bool there = numbers[k] != missing;  // marked in a bitmap, or by complex packing itself
    image[static_cast<std::size_t>(scan.place(static_cast<std::int64_t>(k)))] =
        there ? static_cast<float>(numbers[k]) : std::numeric_limits<float>::quiet_NaN();
  }
  return image;
}

File::File(const std::filesystem::path& path) : path_(path), file_(open_unpacked(path)) {
  silence();
  if (!file_) refuse(path, "cannot be read");
}

std::optional<Message> File::message_at(std::int64_t offset) const {
  if (std::fseek(file_.get(), static_cast<long>(offset), SEEK_SET) != 0) refuse(path_, "cannot be read");
  return next();
}

std::optional<Message> File::next() const {
  const long begin = find_message(file_.get());
  if (begin < 0) return std::nullopt;
  if (!fits(file_.get(), begin)) refuse(path_, "is cut short or damaged");
  int problem = 0;
  grib_handle* const handle = codes_handle_new_from_file(nullptr, file_.get(), PRODUCT_GRIB, &problem);
  if (handle) return Message(handle);
  if (problem != 0 && problem != CODES_END_OF_FILE)
    refuse(path_, std::string("is cut short or damaged (") + codes_get_error_message(problem) + ")");
  return std::nullopt;
}

}  // namespace stormsweep::grib
