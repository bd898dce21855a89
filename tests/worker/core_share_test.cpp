#include "worker/core_share.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace stormsweep;

namespace {

/// The threads of workers whose core masks are these.
std::vector<int> shares(const std::vector<CoreMask>& workers, int usable = 1024) {
  std::vector<int> found;
  for (std::size_t own = 0; own < workers.size(); ++own) found.push_back(core_share(workers, own, usable));
  return found;
}

}  // namespace

TEST_CASE("core share: workers on the same cores divide them, those that are bound have their own") {
  CHECK(shares({0xff, 0xff, 0xff}) == std::vector{2, 2, 2});
  CHECK(shares({0x3, 0x3, 0x3, 0x3}) == std::vector{1, 1, 1, 1});
  CHECK(shares({0x000f, 0x00f0, 0x0f00, 0xf000}) == std::vector{4, 4, 4, 4});  // srun -c 4
  CHECK(shares({0x0f, 0x0f, 0xf0, 0xf0}) == std::vector{2, 2, 2, 2});          // a socket for two
  CHECK(shares({0xff}) == std::vector{8});
}

TEST_CASE("core share: a container's processor time is divided, not the machine's cores") {
  CHECK(shares({0xff, 0xff}, 4) == std::vector{2, 2});
  CHECK(shares({0xff, 0xff, 0xff}, 2) == std::vector{1, 1, 1});
  CHECK(shares({0xff}, 3) == std::vector{3});
}

TEST_CASE("core share: where cores overlap, no core has more threads than it has workers") {
  CHECK(shares({0xff, 0x0f}) == std::vector{4, 2});
  CHECK(shares({0x0f, 0x3c, 0xf0}) == std::vector{2, 1, 2});
}
