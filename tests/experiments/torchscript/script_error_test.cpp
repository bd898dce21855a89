#include "experiments/torchscript/script_error.hpp"

#include <doctest/doctest.h>

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
