#pragma once

#include "datasets/climate/climate_inputs.hpp"
#include "datasets/climate/climate_splits.hpp"

namespace stormsweep {

/// What goes into which file, by the manifest's splits. Forcings are kept from 24 months, the longest window, before
/// the first target on, where they are known that early. A month of a member is in one split only: otherwise tests
/// would use training data. Throws InputError: a part without months, a month in two parts, forecasts beyond the
/// forcings.
ClimateLayouts plan_climate(const ClimateInputs& inputs);

}  // namespace stormsweep
