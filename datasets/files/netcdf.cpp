#include "datasets/files/netcdf.hpp"

#include <netcdf.h>

#include <array>
#include <functional>
#include <numeric>
#include <utility>

#include "datasets/files/hdf5.hpp"

namespace stormsweep::netcdf {

namespace {

std::size_t product(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

}  // namespace

std::size_t Variable::size() const {
  return product(shape);
}

std::optional<File> File::open(const std::filesystem::path& path, std::string& problem) {
  hdf5::silence();
  int id = -1;
  const int status = nc_open(path.c_str(), NC_NOWRITE, &id);
  if (status == NC_NOERR) return File(id);
  problem = nc_strerror(status);
  return std::nullopt;
}

File::File(File&& other) noexcept : id_(std::exchange(other.id_, -1)) {}

File::~File() {
  if (id_ >= 0) nc_close(id_);
}

std::vector<Variable> File::variables() const {
  int count = 0;
  nc_inq_nvars(id_, &count);
  std::vector<Variable> result;
  for (int v = 0; v < count; ++v) {
    std::array<char, NC_MAX_NAME + 1> name{};
    int rank = 0;
    nc_inq_varname(id_, v, name.data());
    nc_inq_varndims(id_, v, &rank);
    Variable variable{v, name.data(), {}, {}};
    std::vector<int> dimensions(static_cast<std::size_t>(rank));
    nc_inq_vardimid(id_, v, dimensions.data());
    for (const int dimension : dimensions) {
      std::size_t length = 0;
      nc_inq_dim(id_, dimension, name.data(), &length);
      variable.dimensions.emplace_back(name.data());
      variable.shape.push_back(length);
    }
    result.push_back(std::move(variable));
  }
  return result;
}

std::optional<Variable> File::variable(const std::string& name) const {
  for (Variable& one : variables()) {
    if (one.name == name) return std::move(one);
  }
  return std::nullopt;
}

std::optional<std::string> File::text(const Variable& variable, const std::string& name) const {
  nc_type type = NC_NAT;
  std::size_t length = 0;
  if (nc_inq_att(id_, variable.number, name.c_str(), &type, &length) != NC_NOERR || length == 0) return std::nullopt;
  if (type == NC_STRING) {
    std::vector<char*> texts(length);
    if (nc_get_att_string(id_, variable.number, name.c_str(), texts.data()) != NC_NOERR) return std::nullopt;
    const std::string first = texts[0] ? texts[0] : "";
    nc_free_string(length, texts.data());
    return first;
  }
  if (type != NC_CHAR) return std::nullopt;
  std::string value(length, '\0');
  nc_get_att_text(id_, variable.number, name.c_str(), value.data());
  return std::string(value.c_str());
}

std::optional<double> File::number(const Variable& variable, const std::string& name) const {
  nc_type type = NC_NAT;
  std::size_t length = 0;
  if (nc_inq_att(id_, variable.number, name.c_str(), &type, &length) != NC_NOERR || length == 0) return std::nullopt;
  std::vector<double> values(length);
  if (nc_get_att_double(id_, variable.number, name.c_str(), values.data()) != NC_NOERR) return std::nullopt;
  return values[0];
}

std::vector<double> File::read(const Variable& variable, const std::vector<std::size_t>& start,
                               const std::vector<std::size_t>& count) const {
  std::vector<double> values(product(count));
  if (nc_get_vara_double(id_, variable.number, start.data(), count.data(), values.data()) != NC_NOERR) return {};
  nc_type type = NC_NAT;
  nc_inq_vartype(id_, variable.number, &type);
  const std::string meant = text(variable, "_Unsigned").value_or("");
  if ((meant == "true" || meant == "True") && (type == NC_BYTE || type == NC_SHORT)) {
    for (double& value : values) value += value < 0 ? (type == NC_BYTE ? 256 : 65536) : 0;
  }
  return values;
}

std::vector<double> File::read(const Variable& variable) const {
  return read(variable, std::vector<std::size_t>(variable.shape.size(), 0), variable.shape);
}

std::vector<double> File::read_at(const Variable& variable, std::size_t index) const {
  std::vector<std::size_t> start(variable.shape.size(), 0), count = variable.shape;
  start[0] = index, count[0] = 1;
  return read(variable, start, count);
}

}  // namespace stormsweep::netcdf
