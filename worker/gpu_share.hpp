#pragma once

namespace stormsweep {

/// How many of the workers of a node compute on GPU `gpu` of `gpus`: worker i uses GPU i mod `gpus`.
inline int gpu_sharers(int workers, int gpus, int gpu) {
  return (workers - gpu + gpus - 1) / gpus;
}

}  // namespace stormsweep
