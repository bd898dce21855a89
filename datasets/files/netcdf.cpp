#include "datasets/files/netcdf.hpp"

#include <fmt/format.h>
#include <netcdf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <functional>
#include <iterator>
#include <numeric>
#include <sstream>
#include <system_error>
#include <utility>

#include "datasets/files/hdf5.hpp"
#include "datasets/files/netcdf_classic.hpp"
#include "datasets/files/number_count.hpp"
#include "datasets/files/packed_file.hpp"
#include "search/base/crash_words.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep::netcdf {

namespace {

std::size_t product(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

/// Whether an attribute is there, by the status of asking for it. Throws InputError where it cannot be read.
bool is_there(int group, const std::string& attribute, int status) {
  if (status == NC_NOERR || status == NC_ENOTATT) return status == NC_NOERR;
  std::size_t length = 0;
  nc_inq_path(group, &length, nullptr);
  std::string path(length, '\0');
  nc_inq_path(group, nullptr, path.data());
  throw InputError(path + ": its attribute " + attribute + " cannot be read (" + nc_strerror(status) +
                   "); fetch it again or leave it out");
}

/// The path of a group below the root, "Grid/"; empty: the root.
std::string path_of(int group) {
  std::size_t length = 0;
  if (nc_inq_grpname_full(group, &length, nullptr) != NC_NOERR || length < 2) return "";
  std::string path(length, '\0');
  nc_inq_grpname_full(group, &length, path.data());
  return path.substr(1) + "/";
}

/// Longer texts of attributes are not read: std::regex, which parses units and times, takes some of the stack for each
/// letter.
constexpr std::size_t longest_text = 10'000;

/// The numbers of "25, 60"; empty where the text has anything else.
std::vector<double> numbers_in(std::string text) {
  std::ranges::replace(text, ',', ' ');
  std::istringstream words(text);
  std::vector<double> result{std::istream_iterator<double>(words), {}};
  return words.eof() ? result : std::vector<double>();
}

/// `names`: "time,lon,lat".
void name_dimensions(Variable& variable, const std::string& names) {
  std::istringstream words(names);
  std::string word;
  for (std::string& dimension : variable.dimensions) {
    if (std::getline(words, word, ',')) dimension = word;
  }
}

constexpr std::size_t most_kept = std::size_t{1} << 30;  // bytes of a variable's chunks

/// The number of chunks, of these `lengths`, that hold a part, if they also hold numbers outside it; else 0.
std::size_t shared_chunks(const std::vector<std::size_t>& lengths, const std::vector<std::size_t>& shape,
                          const std::vector<std::size_t>& start, const std::vector<std::size_t>& count) {
  std::size_t chunks = 1;
  bool shared = false;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    chunks *= (start[i] + count[i] + lengths[i] - 1) / lengths[i] - start[i] / lengths[i];
    shared = shared || count[i] < std::min(lengths[i], shape[i]);
  }
  return shared ? chunks : 0;
}

/// What libnetcdf does not notice, or has no words for; empty where nothing is found.
std::string problem_before_opening(const std::filesystem::path& path) {
  if (packed::is_tar(packed::first_bytes(path, 512))) return "it is a tar archive, to be unpacked";
  if (locked_by_another(path)) return "it is being written";
  std::error_code unknown;  // libnetcdf reports that
  const auto bytes = std::filesystem::file_size(path, unknown);
  const auto whole = classic_bytes(path);
  if (!unknown && whole && bytes < *whole) return fmt::format("it is cut short: {} of {} bytes", bytes, *whole);
  return {};
}

}  // namespace

std::size_t Variable::size() const {
  return product(shape);
}

std::string Variable::own_name() const {
  return name.substr(name.rfind('/') + 1);
}

std::optional<File> File::open(const std::filesystem::path& path, std::string& problem) {
  hdf5::silence();
  int id = -1;
  // HDF5 1.10 frees what it never had where names of variables are damaged.
  const CrashWords words(path.string() +
                         ": the library that opens it as NetCDF has crashed, so it is damaged; fetch it again or leave "
                         "it out\n");
  problem = problem_before_opening(path);
  if (!problem.empty()) return std::nullopt;
  const int status = nc_open(path.c_str(), NC_NOWRITE, &id);
  if (status == NC_NOERR) return File(id);
  problem = nc_strerror(status);
  return std::nullopt;
}

File::File(const std::filesystem::path& path, const std::string& remedy) {
  std::string problem = "no such file";
  auto file = std::filesystem::exists(path) ? open(path, problem) : std::nullopt;
  if (!file) throw InputError(path.string() + ": cannot be read as NetCDF (" + problem + "); " + remedy);
  std::swap(id_, file->id_);
}

File::File(File&& other) noexcept : id_(std::exchange(other.id_, -1)) {}

File::~File() {
  if (id_ >= 0) nc_close(id_);
}

std::filesystem::path File::path() const {
  std::size_t length = 0;
  nc_inq_path(id_, &length, nullptr);
  std::string name(length + 1, '\0');
  nc_inq_path(id_, nullptr, name.data());
  return name.c_str();
}

Variable File::variable(int group, int number) const {
  std::array<char, NC_MAX_NAME + 1> name{};
  int rank = 0;
  nc_inq_varname(group, number, name.data());
  nc_inq_varndims(group, number, &rank);
  Variable variable{group, number, path_of(group) + name.data(), {}, {}};
  std::vector<int> dimensions(static_cast<std::size_t>(rank));
  nc_inq_vardimid(group, number, dimensions.data());
  for (const int dimension : dimensions) {
    std::size_t length = 0;
    nc_inq_dim(group, dimension, name.data(), &length);
    variable.dimensions.emplace_back(name.data());
    variable.shape.push_back(length);
  }
  // HDF5 files may lack NetCDF's dimensions: NASA's products name them in this attribute.
  const auto told = variable.dimensions.empty() || !variable.dimensions[0].starts_with("phony_dim")
                        ? std::nullopt
                        : text(variable, "DimensionNames");
  if (told) name_dimensions(variable, *told);
  return variable;
}

void File::add_variables(int group, std::vector<Variable>& all) const {
  int count = 0, groups = 0;
  nc_inq_nvars(group, &count);
  for (int number = 0; number < count; ++number) all.push_back(variable(group, number));
  if (nc_inq_grps(group, &groups, nullptr) != NC_NOERR || groups == 0) return;
  std::vector<int> below(static_cast<std::size_t>(groups));
  nc_inq_grps(group, &groups, below.data());
  for (const int one : below) add_variables(one, all);
}

std::vector<Variable> File::variables() const {
  std::vector<Variable> all;
  add_variables(id_, all);
  return all;
}

std::optional<Variable> File::variable(const std::string& name) const {
  const auto slash = name.rfind('/');
  int group = id_, number = 0;
  if (slash != std::string::npos &&
      nc_inq_grp_full_ncid(id_, ("/" + name.substr(0, slash)).c_str(), &group) != NC_NOERR)
    return std::nullopt;
  if (nc_inq_varid(group, name.c_str() + (slash == std::string::npos ? 0 : slash + 1), &number) != NC_NOERR)
    return std::nullopt;
  return variable(group, number);
}

std::optional<Variable> File::beside(const Variable& near, const std::string& name) const {
  int number = 0;
  for (int group = near.group;;) {
    if (nc_inq_varid(group, name.c_str(), &number) == NC_NOERR) return variable(group, number);
    if (nc_inq_grp_parent(group, &group) != NC_NOERR) return std::nullopt;
  }
}

Variable File::globals() const {
  return {id_, NC_GLOBAL, "", {}, {}};
}

std::optional<std::string> File::text(const Variable& variable, const std::string& name) const {
  nc_type type = NC_NAT;
  std::size_t length = 0;
  const int asked = nc_inq_att(variable.group, variable.number, name.c_str(), &type, &length);
  if (!is_there(variable.group, name, asked) || length == 0) return std::nullopt;
  if (type == NC_STRING) {
    std::vector<char*> texts(length);
    if (nc_get_att_string(variable.group, variable.number, name.c_str(), texts.data()) != NC_NOERR) return std::nullopt;
    std::string first = texts[0] ? texts[0] : "";
    nc_free_string(length, texts.data());
    return first.substr(0, longest_text);
  }
  if (type != NC_CHAR) return std::nullopt;
  std::string value(length, '\0');
  nc_get_att_text(variable.group, variable.number, name.c_str(), value.data());
  return std::string(value.c_str()).substr(0, longest_text);
}

std::vector<double> File::numbers(const Variable& variable, const std::string& name) const {
  nc_type type = NC_NAT;
  std::size_t length = 0;
  const int asked = nc_inq_att(variable.group, variable.number, name.c_str(), &type, &length);
  if (!is_there(variable.group, name, asked) || length == 0) return {};
  if (type == NC_CHAR || type == NC_STRING) return numbers_in(text(variable, name).value_or(""));
  std::vector<double> values(length);
  if (nc_get_att_double(variable.group, variable.number, name.c_str(), values.data()) != NC_NOERR) return {};
  return values;
}

std::optional<double> File::number(const Variable& variable, const std::string& name) const {
  const std::vector<double> all = numbers(variable, name);
  return all.empty() ? std::nullopt : std::optional(all[0]);
}

std::vector<double> File::read(const Variable& variable, const std::vector<std::size_t>& start,
                               const std::vector<std::size_t>& count) const {
  const auto wanted = number_count(count);
  if (!wanted) return {};
  keep_chunks(variable, start, count);
  std::vector<double> values(*wanted);
  errno = 0;
  if (nc_get_vara_double(variable.group, variable.number, start.data(), count.data(), values.data()) != NC_NOERR) {
    const int why = errno;
    hdf5::check_filters(path(), variable.name);
    errno = why;
    return {};
  }
  const double wrapped = meant(variable, -1) + 1;  // 0, or 256 and its like
  for (double& value : values) value += value < 0 ? wrapped : 0;
  return values;
}

std::vector<double> File::read(const Variable& variable) const {
  return read(variable, std::vector<std::size_t>(variable.shape.size(), 0), variable.shape);
}

std::vector<std::string> File::texts(const Variable& variable) const {
  nc_type type = NC_NAT;
  std::vector<std::string> all;
  if (nc_inq_vartype(variable.group, variable.number, &type) != NC_NOERR || variable.shape.empty() ||
      !number_count(variable.shape))
    return all;
  if (type == NC_STRING) {
    std::vector<char*> texts(variable.size());
    if (nc_get_var_string(variable.group, variable.number, texts.data()) != NC_NOERR) return all;
    for (const char* const text : texts) all.emplace_back(text ? text : "");
    nc_free_string(texts.size(), texts.data());
  } else if (type == NC_CHAR && variable.size() > 0) {
    std::string letters(variable.size(), '\0');
    if (nc_get_var_text(variable.group, variable.number, letters.data()) != NC_NOERR) return all;
    const std::size_t length = variable.shape.back();
    for (std::size_t begin = 0; begin < letters.size(); begin += length) {
      std::string text(letters.substr(begin, length).c_str());
      text.erase(text.find_last_not_of(' ') + 1);
      all.push_back(std::move(text));
    }
  }
  return all;
}

std::vector<std::size_t> File::chunk(const Variable& variable) const {
  int storage = NC_CONTIGUOUS;
  std::vector<std::size_t> lengths(variable.shape.size());
  const bool told = nc_inq_var_chunking(variable.group, variable.number, &storage, lengths.data()) == NC_NOERR;
  return told && storage == NC_CHUNKED ? lengths : std::vector<std::size_t>();
}

void File::keep_chunks(const Variable& variable, const std::vector<std::size_t>& start,
                       const std::vector<std::size_t>& count) const {
  const std::vector<std::size_t> lengths = chunk(variable);
  const std::size_t chunks = shared_chunks(lengths, variable.shape, start, count);
  nc_type type = NC_NAT;
  std::size_t bytes = 0, kept = 0, places = 0;
  float preemption = 0;
  nc_inq_vartype(variable.group, variable.number, &type);
  if (chunks == 0 || nc_inq_type(variable.group, type, nullptr, &bytes) != NC_NOERR) return;
  bytes *= chunks * product(lengths);
  // The cache's hash table needs far more slots than chunks: two chunks of one slot evict each other.
  const std::size_t wanted = 100 * chunks + 1;
  nc_get_var_chunk_cache(variable.group, variable.number, &kept, &places, &preemption);
  // Only where it must grow: setting its size makes libnetcdf empty the cache.
  if (bytes > most_kept || (bytes <= kept && wanted <= places)) return;
  nc_set_var_chunk_cache(variable.group, variable.number, std::max(bytes, kept), std::max(wanted, places), 0);
}

}  // namespace stormsweep::netcdf
