#pragma once

#include "master/cli/run_options.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What `stormsweep run` refuses before any rank starts: each throws InputError.

/// Options that do not fit the space, or each other.
void check_options(const Space& space, const RunOptions& options);
/// Gangs that are larger than the job.
void check_gangs(const Space& space, const RunOptions& options, int workers);
/// --device cuda where LibTorch finds no GPU (`gpus`). Otherwise every rank would report it, and a batch job be
/// requeued again and again.
void check_device(const Space& space, const RunOptions& options, int gpus);
/// A precision that only GPUs have where LibTorch finds none (`gpus`).
void check_precision(const Space& space, const RunOptions& options, int gpus);

}  // namespace stormsweep
