// Writes what a user brings, for tests of whole programs, which do not link LibTorch: script_world FOLDER SAMPLES
#include <cstdlib>

#include "tests/experiments/torchscript/script_world.hpp"

int main(int /*count*/, char** words) {
  stormsweep::write_script_world(words[1], std::atoll(words[2]));
}
