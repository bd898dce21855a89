#include "master/schedule/budget.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

namespace {

/// An epoch takes a minute.
Space space_of(const std::string& method, const std::string& limits,
               const std::string& index = R"({"min": 0, "max": 1000000})") {
  return parse_space(R"({"name": "b", "experiment": "noop", "method": )" + method + R"(, "limits": )" + limits +
                         R"(, "cost": {"epoch_seconds": 60}, "parameters": {"index": )" + index +
                         R"(, "epochs": [1, 3, 9]}})",
                     "b.json", "/");
}

std::optional<FittedSearch> fit(const Space& space, std::size_t ranks,
                                ScheduleKind schedule = ScheduleKind::master_worker) {
  return fit_to_budget(space, TrainingCost(*space.experiment, space.cost), ranks, schedule);
}

}  // namespace

TEST_CASE("trainings that fit, by hand: of 9 minutes, in an hour") {
  for (const auto schedule : {ScheduleKind::master_worker, ScheduleKind::synchronous})
    for (const char* method : {R"("random")", R"("sobol")", R"({"name": "bayes", "width": 2})"}) {
      const Space space = space_of(method, R"({"hours": 1})");
      CHECK(fit(space, 1, schedule)->extent == 6);
      CHECK(fit(space, 2, schedule)->extent == 12);
      CHECK(fit(space, 2, schedule)->expected.seconds == doctest::Approx(54 * 60));
    }
  CHECK(fit(space_of(R"({"name": "bayes", "width": 2})", R"({"hours": 1})"), 8)->extent == 12);  // six are idle
  CHECK_FALSE(fit(space_of(R"("random")", R"({"hours": 0.1})"), 4));
}

TEST_CASE("brackets that fit, by hand: 9 + 6 + 6 minutes") {
  const Space space = space_of(R"("halving")", R"({"hours": 1})");
  CHECK(fit(space, 1)->extent == 2);
  CHECK(fit(space, 1)->expected.trials == 26);
  // Rounds of 24 brackets on 9 workers: 24 * 9 / 9 turns of 1 minute, 24 * 3 / 9 of 2 and three of 6 take 58 minutes;
  // 25 brackets take 25 + 9 * 2 + 18 = 61.
  CHECK(fit(space, 9, ScheduleKind::synchronous)->extent == 24);
}

TEST_CASE("a budget goes no further than the space") {
  const auto all = fit(space_of(R"("random")", R"({"hours": 100})", R"({"min": 1, "max": 11, "step": 1})"), 1);
  CHECK(all->extent == 11);
  CHECK(all->expected.trials == 33);
}

TEST_CASE("rank-hours are shared out among the workers, and the lesser limit holds") {
  const Space space = space_of(R"("random")", R"({"rank_hours": 3, "hours": 2})");
  CHECK(hours_of(space.limits, 1) == 2);
  CHECK(limit_text(space.limits, 1) == "limits.hours (2)");
  CHECK(hours_of(space.limits, 4) == 0.75);
  CHECK(limit_text(space.limits, 4) == "limits.rank_hours (3)");
  CHECK(fit(space, 4)->extent == 20);  // five turns of 9 minutes
  CHECK_FALSE(hours_of({}, 4));
}
