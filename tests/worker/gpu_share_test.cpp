#include "worker/gpu_share.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("GPU share: each GPU has the workers that are dealt to it in turn") {
  for (int gpus = 1; gpus <= 5; ++gpus)
    for (int workers = 1; workers <= 12; ++workers)
      for (int gpu = 0; gpu < gpus; ++gpu) {
        CAPTURE(gpus);
        CAPTURE(workers);
        CAPTURE(gpu);
        int sharers = 0;
        for (int worker = 0; worker < workers; ++worker) sharers += worker % gpus == gpu ? 1 : 0;
        CHECK(gpu_sharers(workers, gpus, gpu) == sharers);
      }
}
