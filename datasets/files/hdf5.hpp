#pragma once

#include <hdf5.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "datasets/files/number_count.hpp"

namespace stormsweep::hdf5 {

/// An HDF5 identifier that closes itself.
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, herr_t (*closer)(hid_t)) : id_(id), closer_(closer) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), closer_(other.closer_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(closer_, other.closer_);
    return *this;
  }
  ~Handle() { close(); }
  /// Whether it could be closed: a file may be written to once more.
  bool close() { return id_ < 0 || closer_(std::exchange(id_, -1)) >= 0; }
  operator hid_t() const { return id_; }  // what the C interface takes
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_ = -1;
  herr_t (*closer_)(hid_t) = nullptr;
};

/// Debian's HDF5 takes no calls from two threads at once, not even for two files. Code that runs in several threads
/// holds this lock, one for the whole process, as long as a handle lives.
std::unique_lock<std::mutex> lock();

/// Keeps HDF5 from printing every error to standard error; we throw exceptions. Call before anything else.
void silence();

/// Opens for reading. Throws InputError: missing, not HDF5, cut short; `remedy` ends the message.
Handle open(const std::filesystem::path& file, const std::string& remedy);
/// Opens a file of our own: also throws InputError where its attribute format_version is not `version`.
Handle open(const std::filesystem::path& file, int version, const std::string& remedy);

/// HDF5's type for numbers of a C++ type, in memory and in the files that we write and map.
template <class T>
hid_t type_of() = delete;
template <>
inline hid_t type_of<float>() {
  return H5T_NATIVE_FLOAT;
}
template <>
inline hid_t type_of<double>() {
  return H5T_NATIVE_DOUBLE;
}
template <>
inline hid_t type_of<std::uint8_t>() {
  return H5T_NATIVE_UINT8;
}
template <>
inline hid_t type_of<std::uint16_t>() {
  return H5T_NATIVE_UINT16;
}
template <>
inline hid_t type_of<std::int32_t>() {
  return H5T_NATIVE_INT32;
}
template <>
inline hid_t type_of<std::int64_t>() {
  return H5T_NATIVE_INT64;
}

/// Where a contiguous dataset lies in its file.
struct Extent {
  std::vector<hsize_t> shape;
  std::size_t offset = 0;  ///< bytes from the start of the file
  std::size_t count = 0;   ///< numbers
};
/// Whether the offset must be a multiple of a number's size. HDF5 itself puts one dataset right behind another.
enum class Start { aligned, anywhere };
/// Throws InputError: no such dataset, not readable, not of `type`, not contiguous, not wholly in the file.
Extent extent(const Handle& file, const std::filesystem::path& path, const std::string& name, hid_t type,
              const std::string& remedy, Start start = Start::aligned);

/// A dataset's lengths along its axes; none where it is a single number, or does not exist.
std::vector<hsize_t> lengths_of(const Handle& dataset);
/// For datasets that cannot be read. Throws InputError where that is because they are packed by a filter that HDF5 has
/// not got here: by lzf, say, as h5py may do.
void check_filters(const Handle& dataset);
/// The same for a dataset of a file, if there is one.
void check_filters(const std::filesystem::path& file, const std::string& name);

/// All its numbers, as T; nothing where they cannot be read. Throws as check_filters.
template <class T>
std::optional<std::vector<T>> read_all(const Handle& dataset) {
  const auto count = number_count(lengths_of(dataset));
  if (!count) return std::nullopt;
  std::vector<T> values(*count);
  if (H5Dread(dataset, type_of<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) >= 0) return values;
  check_filters(dataset);
  return std::nullopt;
}

/// Creates a contiguous dataset of `shape`, with its space allocated at once.
Handle create(const Handle& file, const std::string& name, hid_t type, std::span<const hsize_t> shape);
/// Writes rows [first, first + rows) of the leading axis; `values` are of the dataset's own type.
bool write_rows(const Handle& dataset, hsize_t first, hsize_t rows, const void* values);

/// The group or dataset at `path`; no handle where it, or a group on the way to it, is not there. Throws InputError
/// where one of them cannot be read.
Handle open_object(const Handle& file, const std::string& path);
/// Whether there is such an object.
bool has(const Handle& file, const std::string& path);

bool write_attribute(const Handle& object, const std::string& name, std::span<const float> values);
bool write_attribute(const Handle& object, const std::string& name, const std::string& text);
bool write_attribute(const Handle& object, const std::string& name, int value);
bool write_attribute(const Handle& object, const std::string& name, double value);
/// Writes by what and from what a file was made: the attribute `provenance`, for people. An attribute has room for 64
/// KiB: of a longer text (a month of radar images, each named by the shell) the middle is replaced by "...".
bool write_provenance(const Handle& file, const std::string& text);
/// False if it does not exist, or has another number of floats. Throws InputError where they cannot be read.
bool read_attribute(const Handle& object, const std::string& name, std::span<float> values);
/// `otherwise` if it does not exist, or is not one integer. Throws InputError where it cannot be read.
int read_int_attribute(const Handle& object, const std::string& name, int otherwise);
/// The number in an attribute of any numeric type, or of text, a single one or the first of a list; nothing if there is
/// none. Throws InputError where it is not a number, or cannot be read.
std::optional<double> read_number(const Handle& object, const std::string& name);
/// The same for text; nothing if there is none, or it is something else. Throws InputError where it cannot be read.
std::optional<std::string> read_text(const Handle& object, const std::string& name);
/// All texts of a dataset, of fixed or variable length; empty where it holds none.
std::vector<std::string> read_texts(const Handle& file, const std::string& name);

}  // namespace stormsweep::hdf5
