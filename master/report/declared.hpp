#pragma once

#include <optional>
#include <string>
#include <vector>

#include "master/report/selection.hpp"

namespace stormsweep {

/// What searches and their experiments declare about a column, for axes and the order of tables.
struct Declared {
  std::vector<std::string> words;  ///< values of a choice or a profile, in their order
  std::string unit;                ///< empty: none is known
  bool hyperparameter = false;
  bool varies = false;              ///< a space has several values for it
  std::optional<bool> logarithmic;  ///< the scale of a hyperparameter's range; nothing: it has none
};

/// Among several searches the first that declares anything counts.
Declared declared(Selection& selection, const std::string& column);

/// "lead_time (min)".
std::string with_unit(Selection& selection, const std::string& column);

}  // namespace stormsweep
