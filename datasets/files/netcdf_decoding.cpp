#include "datasets/files/netcdf.hpp"

#include <netcdf.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace stormsweep::netcdf {

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN(), infinite = std::numeric_limits<double>::infinity();

/// What libnetcdf leaves in cells that were never written, by type; bytes have no such value, as all are in use.
const std::map<nc_type, double> unwritten{{NC_SHORT, NC_FILL_SHORT},
                                          {NC_USHORT, NC_FILL_USHORT},
                                          {NC_INT, NC_FILL_INT},
                                          {NC_UINT, NC_FILL_UINT},
                                          {NC_INT64, static_cast<double>(NC_FILL_INT64)},
                                          {NC_UINT64, static_cast<double>(NC_FILL_UINT64)}};

/// Bits of the types whose meaning _Unsigned changes.
const std::map<nc_type, int> signed_bits{{NC_BYTE, 8}, {NC_SHORT, 16}, {NC_INT, 32}, {NC_INT64, 64}};

bool is_real(nc_type type) {
  return type == NC_FLOAT || type == NC_DOUBLE;
}

/// Bounds of what is valid, before and after scaling.
struct Valid {
  double lowest = -infinite, highest = infinite;
  bool holds(double value, double slack = 0) const { return value >= lowest - slack && value <= highest + slack; }
};

}  // namespace

double File::meant(const Variable& variable, double number) const {
  nc_type type = NC_NAT;
  nc_inq_vartype(variable.group, variable.number, &type);
  if (type == NC_FLOAT) return static_cast<float>(number);  // so that -9999.9 of a double attribute equals the data's
  if (number >= 0 || !signed_bits.contains(type)) return number;
  const std::string is_unsigned = text(variable, "_Unsigned").value_or("");
  const bool without_sign =
      is_unsigned.starts_with('t') || is_unsigned.starts_with('T');  // "true", upper or lower case
  return without_sign ? number + std::ldexp(1, signed_bits.at(type)) : number;
}

std::vector<double> File::decoded(const Variable& variable, std::vector<double> values) const {
  constexpr double most = 9e36;  // NetCDF's own fill values of reals are larger
  nc_type type = NC_NAT;
  nc_inq_vartype(variable.group, variable.number, &type);
  std::vector<double> missing = numbers(variable, "_FillValue");
  if (missing.empty() && unwritten.contains(type)) missing.push_back(unwritten.at(type));
  for (const double one : numbers(variable, "missing_value")) missing.push_back(one);
  for (double& one : missing) one = meant(variable, one);

  Valid stored, physical;
  const auto limit = [&](const char* name, std::size_t at, double Valid::*bound) {
    const std::vector<double> told = numbers(variable, name);
    if (told.size() <= at) return;
    nc_type of_limit = NC_NAT;
    nc_inq_atttype(variable.group, variable.number, name, &of_limit);
    const bool is_physical = is_real(of_limit) && !is_real(type);  // otherwise it limits the stored numbers
    Valid& valid = is_physical ? physical : stored;
    valid.*bound = is_physical ? told[at] : meant(variable, told[at]);
  };
  limit("valid_range", 0, &Valid::lowest), limit("valid_range", 1, &Valid::highest);
  limit("valid_min", 0, &Valid::lowest), limit("valid_max", 0, &Valid::highest);

  const double scale = number(variable, "scale_factor").value_or(1),
               offset = number(variable, "add_offset").value_or(0);
  const double slack = std::abs(scale) / 100;  // for rounding
  for (double& value : values) {
    const bool there =
        std::abs(value) < most && std::ranges::find(missing, value) == missing.end() && stored.holds(value);
    value = there && physical.holds(scale * value + offset, slack) ? scale * value + offset : none;
  }
  return values;
}

}  // namespace stormsweep::netcdf
