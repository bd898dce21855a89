#pragma once

#include <boost/program_options.hpp>
#include <limits>
#include <string>

#include "datasets/labels/weather_labels.hpp"
#include "experiments/task/data_command.hpp"

namespace stormsweep {

/// The options of a command that say how rivers and cyclones are told.
class LabelRuleOptions {
 public:
  boost::program_options::options_description description();
  /// What was read. Throws InputError where it is out of range, naming the option, its value and the range.
  LabelRules rules(const DataCommand& command) const;

 private:
  LabelRules rules_;
  double threshold_ = std::numeric_limits<double>::quiet_NaN();  // none
  std::string river_field_, width_;
};

}  // namespace stormsweep
