#include "experiments/nowcast/nowcast_notes.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"

using namespace stormsweep;

TEST_CASE("nowcast notes: come back as they went, for both quantities") {
  for (const RadarQuantity quantity : {RadarQuantity::rain_rate, RadarQuantity::vil}) {
    NowcastMeta meta{
        .quantity = quantity, .step_minutes = 5, .pixel_km = 2, .statistics = {.mean = 0.123f, .deviation = 1.1f}};
    meta.blurs[4] = {.sigma = 6, .factor = 0.71f};
    const NowcastMeta read = parse_nowcast_notes(nowcast_notes(meta), "m.pt");
    CHECK(read.quantity == quantity);
    CHECK(read.step_minutes == 5);
    CHECK(read.pixel_km == 2);
    CHECK(read.statistics.mean == 0.123f);
    CHECK(read.statistics.deviation == 1.1f);
    CHECK(read.blurs == meta.blurs);
  }
}

TEST_CASE("nowcast notes: what does not make sense is refused with the file's name") {
  const auto refused = [](const std::string& text) {
    try {
      parse_nowcast_notes(text, "m.pt");
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(refused("").starts_with("m.pt: lacks mean"));
  CHECK(refused("{}").starts_with("m.pt: lacks mean"));
  const std::string blurs = R"(, "blurs": [[0, 1], [0, 1], [0, 1], [0, 1], [0, 1], [0, 1]]})";
  CHECK(refused(R"({"mean": 0, "deviation": 1, "step_minutes": 10, "quantity": "snow", "pixel_km": 1)" + blurs)
            .starts_with("m.pt: quantity is snow"));
  CHECK(refused(R"({"mean": 0, "deviation": 0, "step_minutes": 10, "quantity": "vil", "pixel_km": 1)" + blurs)
            .starts_with("m.pt: mean or deviation"));
  CHECK(refused(R"({"mean": 0, "deviation": 1, "step_minutes": 0, "quantity": "vil", "pixel_km": 1)" + blurs)
            .starts_with("m.pt: step_minutes"));
  CHECK(
      refused(
          R"({"mean": 0, "deviation": 1, "step_minutes": 10, "quantity": "vil", "pixel_km": 1, "blurs": [[-1,1],[0,1],[0,1],[0,1],[0,1],[0,1]]})")
          .starts_with("m.pt: blurs"));
}
