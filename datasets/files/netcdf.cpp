#include "datasets/files/netcdf.hpp"

#include <netcdf.h>

#include <array>
#include <cmath>
#include <functional>
#include <limits>
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

Variable File::variable(int number) const {
  std::array<char, NC_MAX_NAME + 1> name{};
  int rank = 0;
  nc_inq_varname(id_, number, name.data());
  nc_inq_varndims(id_, number, &rank);
  Variable variable{number, name.data(), {}, {}};
  std::vector<int> dimensions(static_cast<std::size_t>(rank));
  nc_inq_vardimid(id_, number, dimensions.data());
  for (const int dimension : dimensions) {
    std::size_t length = 0;
    nc_inq_dim(id_, dimension, name.data(), &length);
    variable.dimensions.emplace_back(name.data());
    variable.shape.push_back(length);
  }
  return variable;
}

std::vector<Variable> File::variables() const {
  int count = 0;
  nc_inq_nvars(id_, &count);
  std::vector<Variable> result;
  for (int number = 0; number < count; ++number) result.push_back(variable(number));
  return result;
}

std::optional<Variable> File::variable(const std::string& name) const {
  int number = 0;
  if (nc_inq_varid(id_, name.c_str(), &number) != NC_NOERR) return std::nullopt;
  return variable(number);
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

double File::meant(const Variable& variable, double number) const {
  nc_type type = NC_NAT;
  nc_inq_vartype(id_, variable.number, &type);
  if (number >= 0 || (type != NC_BYTE && type != NC_SHORT)) return number;
  const std::string is_unsigned = text(variable, "_Unsigned").value_or("");
  return is_unsigned != "true" && is_unsigned != "True" ? number : number + (type == NC_BYTE ? 256 : 65536);
}

std::vector<double> File::read(const Variable& variable, const std::vector<std::size_t>& start,
                               const std::vector<std::size_t>& count) const {
  std::vector<double> values(product(count));
  if (nc_get_vara_double(id_, variable.number, start.data(), count.data(), values.data()) != NC_NOERR) return {};
  const double wrapped = meant(variable, -1) + 1;  // 0, 256 or 65536
  for (double& value : values) value += value < 0 ? wrapped : 0;
  return values;
}

std::vector<double> File::decoded(const Variable& variable, std::vector<double> numbers) const {
  constexpr double none = std::numeric_limits<double>::quiet_NaN(), most = 9e36;  // NetCDF's own fill values lie above
  const double scale = number(variable, "scale_factor").value_or(1),
               offset = number(variable, "add_offset").value_or(0);
  const double fill = meant(variable, number(variable, "_FillValue").value_or(none));
  const double missing = meant(variable, number(variable, "missing_value").value_or(none));
  for (double& value : numbers) {
    const bool there = value != fill && value != missing && std::abs(value) < most;
    value = there ? scale * value + offset : none;
  }
  return numbers;
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
