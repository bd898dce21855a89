#include "datasets/files/hdf5.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "datasets/files/packed_file.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep::hdf5 {

namespace {

// After a failed write to a full disk, HDF5's own clean-up at exit writes again, and crashes. Handles close what is
// open.
[[maybe_unused]] const herr_t no_clean_up_at_exit = H5dont_atexit();

// HDF5 would lock each file that it opens, and fail where a file system of a cluster has no locks.
[[maybe_unused]] const int without_locks = setenv("HDF5_USE_FILE_LOCKING", "FALSE", /*overwrite=*/0);

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& problem, const std::string& remedy) {
  throw InputError(path.string() + ": " + problem + "; " + remedy);
}

std::string words_of(hid_t type) {
  return std::to_string(8 * H5Tget_size(type)) + (H5Tget_class(type) == H5T_FLOAT ? "-bit floats" : "-bit integers");
}

Handle space_of(std::span<const hsize_t> shape) {
  return {H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr), H5Sclose};
}

bool write(const Handle& object, const std::string& name, hid_t type, const Handle& space, const void* values) {
  const Handle attribute(H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose);
  return attribute && H5Awrite(attribute, type, values) >= 0;
}

/// The name that `get` returns: H5Fget_name that of the object's file, H5Iget_name its path in the file.
template <class Get>
std::string name_by(const Get& get, const Handle& object) {
  std::string name(static_cast<std::size_t>(std::max<ssize_t>(get(object, nullptr, 0), 0)), '\0');
  get(object, name.data(), name.size() + 1);
  return name;
}

[[noreturn]] void refuse_unreadable(const Handle& object, const std::string& name) {
  refuse(name_by(H5Fget_name, object), name_by(H5Iget_name, object) + ": " + name + " cannot be read",
         "fetch it again or leave it out");
}

/// No handle where there is no such attribute. Throws InputError where there is one, and it cannot be opened.
Handle open_attribute(const Handle& object, const std::string& name) {
  Handle attribute(H5Aopen(object, name.c_str(), H5P_DEFAULT), H5Aclose);
  if (!attribute && object && H5Aexists(object, name.c_str()) != 0) refuse_unreadable(object, name);
  return attribute;
}

/// False if the attribute does not exist, or is not `count` numbers. Throws InputError where they cannot be read.
bool read(const Handle& object, const std::string& name, hid_t type, std::size_t count, void* values) {
  const Handle attribute = open_attribute(object, name);
  if (!attribute) return false;
  const Handle space(H5Aget_space(attribute), H5Sclose), kind(H5Aget_type(attribute), H5Tclose);
  if (H5Sget_simple_extent_npoints(space) != static_cast<hssize_t>(count) || H5Tget_class(kind) == H5T_STRING)
    return false;
  if (H5Aread(attribute, type, values) < 0) refuse_unreadable(object, name);
  return true;
}

/// A text that is a number, such as "0.01".
std::optional<double> number_of(const std::string& text) {
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  while (std::isspace(static_cast<unsigned char>(*end)) != 0) ++end;
  return text.empty() || *end != '\0' ? std::nullopt : std::optional(number);
}

}  // namespace

std::unique_lock<std::mutex> lock() {
  static std::mutex library;
  return std::unique_lock(library);
}

void silence() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

Handle open(const std::filesystem::path& path, const std::string& remedy) {
  silence();
  if (!std::filesystem::exists(path)) refuse(path, "no such file", remedy);
  const htri_t is_hdf5 = H5Fis_hdf5(path.c_str());
  if (is_hdf5 < 0) refuse_file(path, "cannot be read", remedy);
  if (is_hdf5 == 0) refuse(path, "not an HDF5 file", remedy);
  if (locked_by_another(path)) refuse(path, "is being written", remedy);
  Handle file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  if (!file) refuse(path, "cannot be opened: cut short, or being written", remedy);
  const Handle made_with(H5Fget_create_plist(file), H5Pclose);
  hsize_t in_front = 0;
  if (H5Pget_userblock(made_with, &in_front) >= 0 && in_front > 0 && packed::is_tar(packed::first_bytes(path, 512)))
    refuse(path, "is a tar archive", "unpack it");
  return file;
}

Handle open(const std::filesystem::path& path, int version, const std::string& remedy) {
  Handle file = open(path, remedy);
  const int found = read_int_attribute(file, "format_version", 0);
  if (found != version) refuse(path, fmt::format("format_version is {}, not {}", found, version), remedy);
  return file;
}

Extent extent(const Handle& file, const std::filesystem::path& path, const std::string& name, hid_t wanted,
              const std::string& remedy, Start start) {
  const Handle dataset = open_object(file, name);
  if (!dataset) refuse(path, "has no dataset " + name, remedy);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  if (H5Tequal(type, wanted) <= 0) refuse(path, name + " is not of " + words_of(wanted), remedy);
  Extent found{lengths_of(dataset), 0, 0};
  const std::size_t size = H5Tget_size(wanted);
  const std::uintmax_t bytes = std::filesystem::file_size(path);
  const auto count = number_count(found.shape, bytes / size);
  if (count == 0) return found;
  const haddr_t offset = H5Dget_offset(dataset);
  if (offset == HADDR_UNDEF) refuse(path, name + " is not contiguous, so it cannot be mapped", remedy);
  if (start == Start::aligned && offset % size != 0)
    refuse(path, fmt::format("{} begins in the middle of a number, at byte {}", name, offset), remedy);
  if (!count || offset > bytes - *count * size) refuse(path, name + " is cut short", remedy);
  found.offset = offset, found.count = *count;
  return found;
}

std::vector<hsize_t> lengths_of(const Handle& dataset) {
  const Handle space(dataset ? H5Dget_space(dataset) : -1, H5Sclose);
  std::vector<hsize_t> shape(static_cast<std::size_t>(std::max(H5Sget_simple_extent_ndims(space), 0)));
  H5Sget_simple_extent_dims(space, shape.data(), nullptr);
  return shape;
}

Handle create(const Handle& file, const std::string& name, hid_t type, std::span<const hsize_t> shape) {
  const Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
  H5Pset_layout(properties, H5D_CONTIGUOUS);
  H5Pset_alloc_time(properties, H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(properties, H5D_FILL_TIME_NEVER);
  H5Pset_obj_track_times(properties, false);  // equal numbers then make equal bytes
  return {H5Dcreate2(file, name.c_str(), type, space_of(shape), H5P_DEFAULT, properties, H5P_DEFAULT), H5Dclose};
}

bool write_rows(const Handle& dataset, hsize_t first, hsize_t rows, const void* values) {
  const Handle space(H5Dget_space(dataset), H5Sclose);
  std::vector<hsize_t> count = lengths_of(dataset);
  std::vector<hsize_t> start(count.size(), 0);
  start[0] = first, count[0] = rows;
  H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
  const Handle type(H5Dget_type(dataset), H5Tclose);
  return H5Dwrite(dataset, type, space_of(count), space, H5P_DEFAULT, values) >= 0;
}

Handle open_object(const Handle& file, const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const bool nested = slash != std::string::npos && slash > 0;
  if (nested && H5Iget_type(open_object(file, path.substr(0, slash))) != H5I_GROUP) return {};
  if (H5Lexists(file, path.c_str(), H5P_DEFAULT) == 0) return {};
  Handle object(H5Oopen(file, path.c_str(), H5P_DEFAULT), H5Oclose);
  if (!object) refuse_unreadable(file, path);
  return object;
}

bool has(const Handle& file, const std::string& path) {
  return static_cast<bool>(open_object(file, path));
}

bool write_attribute(const Handle& object, const std::string& name, std::span<const float> values) {
  const hsize_t size = values.size();
  return write(object, name, H5T_NATIVE_FLOAT, space_of({&size, 1}), values.data());
}

bool write_attribute(const Handle& object, const std::string& name, const std::string& text) {
  const Handle type(H5Tcopy(H5T_C_S1), H5Tclose);
  H5Tset_size(type, text.size() + 1);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return write(object, name, type, {H5Screate(H5S_SCALAR), H5Sclose}, text.c_str());
}

bool write_attribute(const Handle& object, const std::string& name, int value) {
  return write(object, name, H5T_NATIVE_INT, {H5Screate(H5S_SCALAR), H5Sclose}, &value);
}

bool write_attribute(const Handle& object, const std::string& name, double value) {
  return write(object, name, H5T_NATIVE_DOUBLE, {H5Screate(H5S_SCALAR), H5Sclose}, &value);
}

bool write_provenance(const Handle& file, const std::string& text) {
  constexpr std::size_t kept = 30000;  // bytes at each end
  if (text.size() <= 2 * kept) return write_attribute(file, "provenance", text);
  // Cuts at blanks, if there are any, so that no path is cut.
  const std::size_t head = std::min(text.rfind(' ', kept), kept);
  const std::size_t tail = std::min(text.find(' ', text.size() - kept), text.size());
  return write_attribute(file, "provenance", text.substr(0, head) + " ..." + text.substr(tail));
}

bool read_attribute(const Handle& object, const std::string& name, std::span<float> values) {
  return read(object, name, H5T_NATIVE_FLOAT, values.size(), values.data());
}

int read_int_attribute(const Handle& object, const std::string& name, int otherwise) {
  int value = otherwise;
  return read(object, name, H5T_NATIVE_INT, 1, &value) ? value : otherwise;
}

std::optional<double> read_number(const Handle& object, const std::string& name) {
  const Handle attribute = open_attribute(object, name);
  if (!attribute) return std::nullopt;
  const Handle space(H5Aget_space(attribute), H5Sclose);
  std::vector<double> values(static_cast<std::size_t>(std::max<hssize_t>(H5Sget_simple_extent_npoints(space), 0)));
  if (values.empty()) return std::nullopt;
  if (H5Aread(attribute, H5T_NATIVE_DOUBLE, values.data()) >= 0) return values.front();
  const auto text = read_text(object, name);
  if (const auto number = number_of(text.value_or(""))) return number;
  refuse(name_by(H5Fget_name, object),
         name_by(H5Iget_name, object) + ": " + name + (text ? " is '" + *text + "'," : " is") + " no number",
         "mend it or leave it out");
}

std::optional<std::string> read_text(const Handle& object, const std::string& name) {
  const Handle attribute = open_attribute(object, name);
  if (!attribute) return std::nullopt;
  const Handle type(H5Aget_type(attribute), H5Tclose);
  const Handle space(H5Aget_space(attribute), H5Sclose);
  const hssize_t count = H5Sget_simple_extent_npoints(space);
  if (H5Tget_class(type) != H5T_STRING || count < 1) return std::nullopt;
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> texts(static_cast<std::size_t>(count));
    if (H5Aread(attribute, type, static_cast<void*>(texts.data())) < 0) refuse_unreadable(object, name);
    std::string first = texts.front() ? texts.front() : "";
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, static_cast<void*>(texts.data()));
    return first;
  }
  std::string text(H5Tget_size(type) * static_cast<std::size_t>(count), '\0');
  if (H5Aread(attribute, type, text.data()) < 0) refuse_unreadable(object, name);
  text.resize(std::min(text.find('\0'), H5Tget_size(type)));
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

void check_filters(const Handle& dataset) {
  const Handle made_with(H5Dget_create_plist(dataset), H5Pclose);
  for (int i = 0, count = made_with ? H5Pget_nfilters(made_with) : 0; i < count; ++i) {
    unsigned flags = 0;
    std::size_t options = 0;
    std::array<char, 64> name{};
    const H5Z_filter_t filter = H5Pget_filter2(made_with, static_cast<unsigned>(i), &flags, &options, nullptr,
                                               name.size() - 1, name.data(), nullptr);
    if (filter < 0 || H5Zfilter_avail(filter) > 0) continue;
    refuse(
        name_by(H5Fget_name, dataset),
        fmt::format("{} is packed by HDF5's filter {} ({}), which is not here", name_by(H5Iget_name, dataset), filter,
                    name[0] ? name.data() : "without a name"),
        "install its plug-in and set HDF5_PLUGIN_PATH to the folder, or have the file packed anew where it was made: "
        "h5repack -f GZIP=4 OLD NEW");
  }
}

void check_filters(const std::filesystem::path& file, const std::string& name) {
  const Handle opened(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
  const Handle dataset(opened ? H5Dopen2(opened, name.c_str(), H5P_DEFAULT) : H5I_INVALID_HID, H5Dclose);
  if (dataset) check_filters(dataset);
}

std::vector<std::string> read_texts(const Handle& file, const std::string& name) {
  const Handle dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), H5Dclose);
  if (!dataset) return {};
  const Handle type(H5Dget_type(dataset), H5Tclose), space(H5Dget_space(dataset), H5Sclose);
  const std::size_t count = number_count(lengths_of(dataset)).value_or(0);
  std::vector<std::string> texts;
  if (H5Tget_class(type) != H5T_STRING || count == 0) return {};
  if (H5Tis_variable_str(type) > 0) {
    std::vector<char*> pointers(count);
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, static_cast<void*>(pointers.data())) < 0) return {};
    for (const char* const text : pointers) texts.emplace_back(text ? text : "");
    H5Dvlen_reclaim(type, space, H5P_DEFAULT, static_cast<void*>(pointers.data()));
    return texts;
  }
  const std::size_t length = H5Tget_size(type);
  std::string all(length * count, '\0');
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, all.data()) < 0) return {};
  for (std::size_t i = 0; i < count; ++i) texts.emplace_back(all.substr(i * length, length).c_str());
  return texts;
}

}  // namespace stormsweep::hdf5
