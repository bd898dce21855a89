#pragma once

#include <cstdint>
#include <span>

#include "datasets/storms/storms.hpp"

namespace stormsweep {

/// What follows the patch that a network sees.
struct FutureVorticity {
  float max = 0, mean = 0;  ///< over the patch, 1/s
};

/// Makes storm number `index` of the world `seed`, which depends neither on what else is made nor on threads. Fills
/// `patch` [32, 32, 3] (physical units, row 0 = south) and returns the future of its rotation.
///
/// A storm is a stratiform shield with one to three elliptical cores, a background wind with deformation, a gust front
/// (a line of convergence and shear), often a Lamb-Oseen vortex of either sign, weak or strong, near a core or away
/// from one, and turbulence. Within the hour a vortex grows where it has a core above it and convergence below it, and
/// decays elsewhere; shear along a front breaks up. So neither the strongest rotation nor the strongest echo alone
/// decides the outcome. All parameters are ours, chosen for about 5 % of maxima above 0.005 1/s.
FutureVorticity make_storm(std::uint64_t seed, std::uint64_t index, std::span<float> patch);

}  // namespace stormsweep
