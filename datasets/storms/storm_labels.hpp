#pragma once

namespace stormsweep {

/// When a storm counts as positive, from the next hour's vorticity over its patch.
enum class LabelRule {
  max,  ///< maximum > 0.005 1/s: the rule of the course that the network comes from; gives the about 5 % that the paper
        ///< reports
  mean,  ///< mean >= 0.008 1/s: the paper's words (Basalyga et al. 2021)
};

inline constexpr float vorticity_max_threshold = 0.005f;   // 1/s
inline constexpr float vorticity_mean_threshold = 0.008f;  // 1/s

inline bool positive(LabelRule rule, float vorticity_max, float vorticity_mean) {
  return rule == LabelRule::max ? vorticity_max > vorticity_max_threshold : vorticity_mean >= vorticity_mean_threshold;
}

}  // namespace stormsweep
