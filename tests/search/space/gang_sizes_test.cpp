#include "search/space/gang_sizes.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

Space gang_space(const std::string& parameters, const std::string& more = "") {
  return parse_space(R"({"name": "s", "experiment": "noop", "parameters": )" + parameters + more + "}", "s.json", "/");
}

const std::string mixed = R"({"index": [1, 2], "gpus": [2, 8, 1]})";

}  // namespace

TEST_CASE("the largest gang is one that exclusions leave") {
  CHECK(largest_gang(gang_space(mixed)) == 8);
  CHECK(largest_gang(gang_space(mixed, R"(, "exclude": [{"gpus": 8, "index": 1}])")) == 8);
  CHECK(largest_gang(gang_space(mixed, R"(, "exclude": [{"gpus": 8, "index": [1, 2]}])")) == 2);
  CHECK(largest_gang(gang_space(R"({"index": [1, 2]})")) == 1);
  CHECK(largest_gang(gang_space(R"({"gpus": 4})")) == 4);
}

TEST_CASE("narrowed to one gang size, a grid keeps its numbers") {
  const Space whole = gang_space(mixed);
  CHECK(gang_sizes(whole) == std::vector<std::int64_t>{1, 2, 8});
  const Space part = only_gangs_of(8, whole);
  CHECK(part.grid.size() == whole.grid.size());
  for (std::uint64_t i = 0; i < whole.grid.size(); ++i)
    CHECK(part.grid.excluded(part.grid.digits(i)) == (whole.configuration(i).values[3] != Value(std::int64_t{8})));
  CHECK(only_gangs_of(4, gang_space(R"({"gpus": 4})")).grid.next(0) == 0);
}
