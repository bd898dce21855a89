#pragma once

#include <hdf5.h>

#include <array>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace stormsweep::hdf5 {

/// An HDF5 identifier that closes itself.
class Handle {
 public:
  Handle() = default;
  Handle(hid_t id, herr_t (*close)(hid_t)) : id_(id), close_(close) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }
  ~Handle() {
    if (id_ >= 0) close_(id_);
  }
  operator hid_t() const { return id_; }  // what the C interface takes
  explicit operator bool() const { return id_ >= 0; }

 private:
  hid_t id_ = -1;
  herr_t (*close_)(hid_t) = nullptr;
};

/// HDF5 prints every error to standard error; ours are exceptions. Call before anything else.
void silence();

/// Opens for reading. Throws DataError: missing, not HDF5, cut short; `remedy` ends the message.
Handle open(const std::filesystem::path& file, const std::string& remedy);

/// A contiguous float dataset as it lies in its file.
struct FloatExtent {
  std::vector<hsize_t> shape;
  std::size_t offset = 0;  ///< bytes from the start of the file, a multiple of 4
  std::size_t count = 0;   ///< floats
};
/// Throws DataError: no such dataset, not little-endian float32, not contiguous, not wholly in the file.
FloatExtent extent(const Handle& file, const std::filesystem::path& path, const std::string& name,
                   const std::string& remedy);

/// A contiguous float dataset of `shape`, its space taken at once.
Handle create_floats(const Handle& file, const std::string& name, std::span<const hsize_t> shape);
/// Writes rows [first, first + rows) of the leading axis.
bool write_rows(const Handle& dataset, hsize_t first, hsize_t rows, const float* values);

bool write_attribute(const Handle& object, const std::string& name, std::span<const float> values);
bool write_attribute(const Handle& object, const std::string& name, const std::string& text);
bool write_attribute(const Handle& object, const std::string& name, int value);
/// False if it is not there, or is not so many floats.
bool read_attribute(const Handle& object, const std::string& name, std::span<float> values);
int read_int_attribute(const Handle& object, const std::string& name, int otherwise);

}  // namespace stormsweep::hdf5
