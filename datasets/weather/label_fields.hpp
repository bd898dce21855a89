#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "datasets/files/field_layout.hpp"

namespace stormsweep {

/// What the labelling rules look at. Transport of vapour, integrated over the column, kg/(m s); q: specific humidity
/// near the ground, kg/kg; the others as in WeatherChannel.
enum class LabelField { transport, transport_east, transport_north, tmq, u850, v850, q, psl, t200, t500, prect };

/// The unit that rules expect of a field; empty: any will do.
const char* unit_of(LabelField field);

/// The fields that a variable holds, by its name or its standard name, each with its place among the variable's levels
/// of pressure, if any: wind and humidity at 850 hPa, temperature at 200 and 500 hPa.
std::vector<std::pair<LabelField, std::size_t>> fields_of(const netcdf::File& file, const netcdf::Variable& variable,
                                                          const netcdf::FieldLayout& layout);

}  // namespace stormsweep
