#include "experiments/torchscript/script_error.hpp"

#include <doctest/doctest.h>
#include <torch/types.h>

#include <new>
#include <stdexcept>

using namespace stormsweep;

TEST_CASE("what LibTorch says of a failing script becomes one line, with the user's own place in it") {
  CHECK(script_error(R"(The following operation failed in the TorchScript interpreter.
Traceback of TorchScript, serialized code (most recent call last):
  File "code/__torch__.py", line 17, in forward
    conv = self.conv
            ~~~~~~ <--- HERE

Traceback of TorchScript, original code (most recent call last):
  File "/home/me/export.py", line 24, in forward
        x = self.conv(x)
            ~~~~~~~~~ <--- HERE
  File "/usr/lib/python3/dist-packages/torch/nn/modules/conv.py", line 463, in forward
        return self._conv_forward(input, self.weight, self.bias)
               ~~~~~~~~~~~~~~~~~~ <--- HERE
RuntimeError: Given groups=1, expected input[2, 2, 8, 8] to have 3 channels
)") == "export.py, line 24, in forward: Given groups=1, expected input[2, 2, 8, 8] to have 3 channels");
  CHECK(script_error("no memory\nException raised from f at g.cpp:1\nframe #0") == "no memory");
}

TEST_CASE("memory that runs out inside a script is reported as that, whatever type the exception has") {
  const auto of_allocator = [] { torch::empty({std::int64_t{1} << 55}); };
  try {
    of_allocator();
    FAIL("128 PiB are to be had");
  } catch (const std::exception& error) {
    CHECK_THROWS_AS(rethrow_script_error("loss.pt", error), std::bad_alloc);
  }
  for (const char* text : {"RuntimeError: std::bad_alloc", "RuntimeError: CUDA out of memory. Tried to allocate 2 GiB",
                           "RuntimeError: cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
                           "RuntimeError: DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"})
    CHECK_THROWS_AS(rethrow_script_error("loss.pt", std::runtime_error(text)), std::bad_alloc);
  CHECK_THROWS_WITH_AS(rethrow_script_error("loss.pt", std::runtime_error("RuntimeError: no such shape")),
                       "loss.pt: no such shape", std::runtime_error);
}
