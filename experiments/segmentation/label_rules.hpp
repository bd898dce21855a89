#pragma once

#include <limits>
#include <string>

#include "datasets/labels/weather_labels.hpp"
#include "search/base/options.hpp"

namespace stormsweep {

/// The options of a command that say how rivers and cyclones are recognised.
class LabelRuleOptions {
 public:
  OptionTable table();
  /// What was read. Throws InputError where it is out of range, naming the option, its value and the range.
  LabelRules rules(const std::string& command) const;

 private:
  LabelRules rules_;
  double threshold_ = std::numeric_limits<double>::quiet_NaN();  // none
  std::string river_field_, width_;
};

}  // namespace stormsweep
