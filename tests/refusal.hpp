#pragma once

#include <string>

#include "search/base/error.hpp"

namespace stormsweep {

/// What the InputError says that `act` throws; nothing where it throws none.
template <class Act>
std::string refusal(const Act& act) {
  try {
    act();
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

}  // namespace stormsweep
