#pragma once

#include <boost/random/sobol.hpp>
#include <cstdint>
#include <vector>

namespace stormsweep {

/// Points of the Sobol sequence in [0, 1)^dimensions (Joe and Kuo's directions, by Boost), each axis shifted digit by
/// digit by an amount that `seed` decides (a digital shift keeps all that makes the sequence even). Begins with point
/// 1: point 0 is the one that Boost leaves out.
class SobolPoints {
 public:
  SobolPoints(std::size_t dimensions, std::uint64_t seed);

  std::vector<double> next();

 private:
  boost::random::sobol engine_;
  std::vector<std::uint64_t> shifts_;
};

}  // namespace stormsweep
