#pragma once

#include <string>

#include "search/base/error.hpp"

namespace stormsweep {

/// The message of the InputError that `act` throws; nothing where it throws none.
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
