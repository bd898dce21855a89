#pragma once

#include <vector>

namespace stormsweep {

/// What the energy balance of a zonal mean Earth depends on: W/m2/K, and heat capacities in W years/m2/K.
struct EnergyBalanceParameters {
  double feedback = 1.8;         ///< lost to space at the equator, per K of warming
  double polar_feedback = -0.2;  ///< and at the poles, where ice melts; over the Earth 1.13 (Geoffroy et al. 2013)
  double diffusion = 0.65;       ///< of heat along meridians (North 1975)
  double mixing = 0.73;          ///< into the deep ocean, and the two capacities: Geoffroy et al. 2013
  double surface = 7.3, deep = 106;
};

/// Warming of each row of a grid under a forcing, month by month: a surface that diffuses heat along meridians
/// (North 1975), above a deep ocean. With x = sin(latitude),
///   surface dT/dt = forcing - feedback(x) T + diffusion d/dx((1 - x^2) dT/dx) - mixing (T - deep T),
///   deep d(deep T)/dt = mixing (T - deep T).
class EnergyBalance {
 public:
  /// Rows as a ClimateGrid has them.
  explicit EnergyBalance(const std::vector<double>& latitudes, const EnergyBalanceParameters& parameters = {});

  /// Advances by a month under `forcing` [rows] in W/m2; returns the warming [rows] in K since the beginning. Implicit,
  /// and therefore stable; diffusion conserves heat.
  const std::vector<double>& step(const std::vector<double>& forcing);

  /// Share of the Earth's surface of each row.
  const std::vector<double>& shares() const { return shares_; }

 private:
  EnergyBalanceParameters parameters_;
  std::vector<double> shares_, feedback_, exchange_;  ///< exchange_[i]: between rows i and i + 1, W/K by Earth's area
  std::vector<double> surface_, deep_;
};

}  // namespace stormsweep
