#include "experiments/segmentation/label_rules.hpp"

#include <fmt/format.h>

#include <cmath>

#include "experiments/task/command_options.hpp"

namespace stormsweep {

namespace po = boost::program_options;

OptionTable LabelRuleOptions::table() {
  RiverRule& river = rules_.river;
  CycloneRule& cyclone = rules_.cyclone;
  const auto number = [](double& value) { return po::value(&value)->default_value(value, fmt::format("{:g}", value)); };
  return {
      "rivers and cyclones",
      {
          {"river-field", po::value(&river_field_),
           "ivt or tmq (default: ivt, made of U850, V850 and TMQ where the file has none)"},
          {"percentile", number(river.percentile), "of the damped field, above which a river is"},
          {"threshold", po::value(&threshold_), "of the damped field, instead, in its unit"},
          {"damping", number(river.damping), "degrees of latitude within which the tropics are damped; 0: not at all"},
          {"shortest", number(river.shortest), "km, of the diagonal of a river's box"},
          {"widest", number(river.widest), "km, of a river's area over its ..."},
          {"width-over", po::value(&width_)->default_value("extent"),
           "... extent from south to north, as published, or length, which is fair to rivers that run east"},
          {"vorticity", number(cyclone.vorticity), "1/s at 850 hPa, of a cyclone"},
          {"warm-core", number(cyclone.warm_core), "K above the surroundings"},
          {"pressure-drop", number(cyclone.pressure_drop), "Pa below the surroundings"},
          {"near", number(cyclone.near), "degrees between peaks of vorticity, pressure and temperature"},
          {"far", number(cyclone.far), "degrees to the surroundings"},
          {"poleward", number(cyclone.poleward), "degrees of latitude to which storms are tropical"},
          {"box", number(cyclone.box), "degrees beyond the storm's radius, where its label may be"},
          {"box-percentile", number(cyclone.percentile),
           "of moisture, wind and rain in the box, above which the label is"},
      }};
}

LabelRules LabelRuleOptions::rules(const std::string& command) const {
  const auto within = [&](const char* option, double value, double least, double most, const char* unit) {
    if (!(value >= least && value <= most))
      refuse_option(command, option, fmt::format("{:g}", value), fmt::format("give {:g} to {:g}{}", least, most, unit));
  };
  LabelRules rules = rules_;
  if (!river_field_.empty() && river_field_ != "ivt" && river_field_ != "tmq")
    refuse_option(command, "river-field", river_field_, "give ivt or tmq");
  if (width_ != "extent" && width_ != "length") refuse_option(command, "width-over", width_, "give extent or length");
  if (!river_field_.empty()) rules.river_field = river_field_ == "ivt" ? RiverField::transport : RiverField::tmq;
  rules.river.width = width_ == "extent" ? RiverWidth::over_extent : RiverWidth::over_length;
  if (!std::isnan(threshold_)) {
    within("threshold", threshold_, 0, 1e9, " in the field's unit");
    rules.river.threshold = threshold_;
  }
  within("percentile", rules.river.percentile, 0, 100, "");
  within("damping", rules.river.damping, 0, 90, " degrees");
  within("shortest", rules.river.shortest, 0, 1e6, " km");
  within("widest", rules.river.widest, 0, 1e6, " km");
  within("vorticity", rules.cyclone.vorticity, 0, 1, " 1/s");
  within("warm-core", rules.cyclone.warm_core, 0, 100, " K");
  within("pressure-drop", rules.cyclone.pressure_drop, 0, 1e5, " Pa");
  within("near", rules.cyclone.near, 0, 20, " degrees");
  within("far", rules.cyclone.far, rules.cyclone.near, 40, " degrees, --near at least");
  within("poleward", rules.cyclone.poleward, 0, 90, " degrees");
  within("box", rules.cyclone.box, 0, 90, " degrees");
  within("box-percentile", rules.cyclone.percentile, 0, 100, "");
  return rules;
}

}  // namespace stormsweep
