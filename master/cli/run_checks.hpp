#pragma once

#include "master/cli/run_options.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What `stormsweep run` refuses before any rank starts: each throws InputError.

/// Options that do not go with the space, or with each other.
void check_options(const Space& space, const RunOptions& options);
/// Gangs that are larger than the job.
void check_gangs(const Space& space, const RunOptions& options, int workers);
/// A GPU, where LibTorch finds `gpus` of them. Every rank would tell it, and a batch job come back again and again.
void check_device(const Space& space, const RunOptions& options, int gpus);
/// Arithmetic that only GPUs have, where LibTorch finds `gpus` of them.
void check_precision(const Space& space, const RunOptions& options, int gpus);

}  // namespace stormsweep
