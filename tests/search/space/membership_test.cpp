#include "search/space/membership.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

Space noop_space(const std::string& parameters, const std::string& more = "") {
  return parse_space(R"({"name": "s", "experiment": "noop", "parameters": )" + parameters + more + "}", "s.json", "/");
}

/// How many points of `of` are in `in`, asked one by one.
std::size_t common(const Space& of, const Space& in) {
  const Membership membership(in);
  std::size_t points = 0;
  for (std::uint64_t i = 0; i < of.grid.size(); ++i)
    if (!of.grid.excluded(of.grid.digits(i)) && membership.has(of.configuration(i))) ++points;
  return points;
}

}  // namespace

TEST_CASE("a configuration is of a space by its values, wherever they stand in its axes") {
  const Space first = noop_space(R"({"index": [1, 2, 3], "milliseconds": [0.1, 0.2]})");
  CHECK(common(first, first) == 6);
  CHECK(common(first, noop_space(R"({"milliseconds": [0.30000000000000004, 0.2], "index": [3, 9, 1]})")) == 2);
  CHECK(common(first, noop_space(R"({"index": [1, 2, 3]})")) == 0);  // milliseconds at its default, 0
  CHECK(common(noop_space(R"({"index": [1, 2]})"), noop_space(R"({"index": [2, 3], "milliseconds": [0, 1]})")) == 1);
}

TEST_CASE("what a space excludes is not of it") {
  const Space all = noop_space(R"({"index": [1, 2, 3], "replicate": [0, 1]})");
  const Space some =
      noop_space(R"({"index": [1, 2, 3], "replicate": [0, 1]})", R"(, "exclude": [{"index": [1, 2], "replicate": 1}])");
  CHECK(common(all, some) == 4);
  CHECK(common(some, all) == 4);
}
