#pragma once

#include "datasets/climate/climate_inputs.hpp"
#include "datasets/climate/climate_splits.hpp"

namespace stormsweep {

/// What goes into which file, after the manifest's splits. Forcings are kept from 24 months before the first target on,
/// the longest window, where they are known that early. A month of a member is in one split, or what is learnt would be
/// tested. Throws InputError: a part without months, a month in two parts, forecasts beyond the forcings.
ClimateLayouts plan_climate(const ClimateInputs& inputs);

}  // namespace stormsweep
