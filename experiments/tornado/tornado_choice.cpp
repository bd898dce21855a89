#include "experiments/tornado/tornado_choice.hpp"

#include "experiments/task/arithmetic.hpp"

namespace stormsweep {

TornadoCnnOptions network_options(const Reader& read) {
  return {.pool_last = read.flag("pool_last"), .dropout = read.real("dropout"), .convolution_type = arithmetic(read)};
}

LabelRule label_rule(const Reader& read) {
  return read.choice("label") == "max" ? LabelRule::max : LabelRule::mean;
}

}  // namespace stormsweep
