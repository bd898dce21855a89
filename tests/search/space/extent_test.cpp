#include "search/space/extent.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

Space space_of(const std::string& method, const std::string& limits) {
  return parse_space(R"({"name": "x", "experiment": "noop", "method": )" + method + R"(, "limits": )" + limits +
                         R"(, "parameters": {"index": [1, 2, 3], "epochs": [1, 3, 9]}})",
                     "x.json", "/");
}

}  // namespace

TEST_CASE("a budget decides where the space does not") {
  CHECK(sized_by_budget(space_of(R"("random")", R"({"hours": 1})")));
  CHECK(sized_by_budget(space_of(R"("halving")", R"({"rank_hours": 1})")));
  CHECK_FALSE(sized_by_budget(space_of(R"("grid")", R"({"hours": 1})")));
  CHECK_FALSE(sized_by_budget(space_of(R"("random")", "{}")));
  CHECK_FALSE(sized_by_budget(space_of(R"({"name": "bayes", "trials": 2})", R"({"hours": 1})")));
  CHECK_FALSE(sized_by_budget(space_of(R"("random")", R"({"hours": 1, "trials": 5})")));
  CHECK_FALSE(sized_by_budget(space_of(R"({"name": "hyperband", "brackets": 2})", R"({"hours": 1})")));
  CHECK(why_not_shared(space_of(R"("halving")", R"({"hours": 1})")) ==
        "its limits leave it to each job how many brackets there are");
  CHECK(why_not_shared(space_of(R"("halving")", "{}")).empty());
}

TEST_CASE("an extent stands in the space's text, so that all who read it agree") {
  for (const char* method : {R"("random")", R"({"name": "hyperband", "eta": 2})"}) {
    const Space sized = with_extent(space_of(method, R"({"hours": 1})"), 7);
    CHECK(extent(sized) == 7);
    CHECK_FALSE(sized_by_budget(sized));
    const Space again = parse_space(sized.text, "x.json", "/");
    CHECK(again.method == sized.method);
  }
}
