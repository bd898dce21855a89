#include "search/messages/wire.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

const std::vector<wire::Message> messages{
    wire::Hello{"node7", "cuda:1", "Some CPU", "stormsweep 1, LibTorch 2", 16},
    wire::Welcome{"{}", "/data", "0123", "/cache", 2.5, 60, true, true, false, true, {{1, 3}, {7, 7}}, 100, "/disk"},
    wire::Heartbeat{},
    wire::Stage{2, {1, 3}},
    wire::Staged{2, true, "full", "staged"},
    wire::Assign{{{{TrainingId{7}, {{true, std::int64_t{-3}, 0.1, std::string("live")}}, {5, 10}, 2, 3}, 9, {1, 2, 4}},
                  {{TrainingId{~0ull}, {}, {}}, 0, {}}}},
    wire::Began{true, TrainingId{5}},
    wire::Abandon{9},
    wire::Left{1ull << 40},
    wire::Finished{TrainingId{9},
                   3,
                   {Status::diverged, {1, 2, 3, 4, 5, 6, 7}, {{"test_loss", 0.25}}, "loss is inf", 1e9, 2e9},
                   {{1, 0.5, {{"train_loss", 0.5}}}}},
    wire::Stop{false},
    wire::Stopped{},
};

}  // namespace

TEST_CASE("every message comes back as it went") {
  for (const wire::Message& message : messages) CHECK(wire::decode(wire::encode(message)) == message);
}

TEST_CASE("a message cut short anywhere, or with bytes behind it, is refused") {
  for (const wire::Message& message : messages) {
    const std::string bytes = wire::encode(message);
    for (std::size_t n = 0; n < bytes.size(); ++n) {
      CHECK_THROWS_AS(wire::decode(std::string_view(bytes).substr(0, n)), InputError);
    }
    CHECK_THROWS_AS(wire::decode(bytes + '\0'), InputError);
  }
  CHECK_THROWS_AS(wire::decode("\x7f"), InputError);
}

TEST_CASE("a length that no message can have costs no memory") {
  std::string bytes = wire::encode(wire::Assign{});
  bytes.back() = '\x7f';  // 2^62 duties
  CHECK_THROWS_AS(wire::decode(bytes), InputError);
}
