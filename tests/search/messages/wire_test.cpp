#include "search/messages/wire.hpp"

#include <doctest/doctest.h>

#include <numeric>

#include "search/base/error.hpp"

using namespace stormsweep;

namespace {

const RunSettings settings{.directory = "/data",
                           .fingerprint = "0123",
                           .stamps = {{1ll << 40, 1'700'000'000, "89ab"}, {}},
                           .cache = "/cache",
                           .lost_after = 2.5,
                           .checkpoint_every = 60,
                           .retry_out_of_memory = true,
                           .keep_work = true,
                           .keep_models = true,
                           .share_epochs = false,
                           .synchronous = true,
                           .stage = "/disk"};

const std::vector<wire::ToWorker> to_worker{
    wire::Welcome{"{}", settings, {{1, 3}, {7, 7}}, {100, 2}},
    wire::Heartbeat{},
    wire::Stage{2, {1, 3}},
    wire::Assign{{{{TrainingId{7}, {{true, std::int64_t{-3}, 0.1, std::string("live")}}, {5, 10}, 2, 3}, 9, {1, 2, 4}},
                  {{TrainingId{~0ull}, {}, {}}, 0, {}}}},
    wire::Abandon{9},
    wire::Stop{false, true},
};

const std::vector<wire::ToMaster> to_master{
    wire::Hello{"node7", "cuda:1", "Some CPU", "stormsweep 1, LibTorch 2", 16},
    wire::Heartbeat{{wire::Work::testing, 3, 50, 7, 1ll << 40}},
    wire::Staged{2, true, "full", "staged"},
    wire::Began{true, TrainingId{5}},
    wire::Left{1ull << 40},
    wire::Finished{TrainingId{9},
                   3,
                   {Status::diverged, {1, 2, 3, 4, 5, 6, 7}, {{"test_loss", 0.25}}, "loss is inf", 1e9, 2e9},
                   {{1, 0.5, {{"train_loss", 0.5}}}}},
    wire::Refused{"train.h5: has changed"},
    wire::Stopped{},
};

/// Checks that each alternative has an example that decodes to itself, and that is refused when truncated anywhere or
/// followed by more bytes.
template <class Message>
void check_all(const std::vector<Message>& messages) {
  CHECK(messages.size() == std::variant_size_v<Message>);
  for (std::size_t i = 0; i < messages.size(); ++i) {
    CHECK(messages[i].index() == i);
    const std::string bytes = wire::encode(messages[i]);
    CHECK(wire::decode<Message>(bytes) == messages[i]);
    for (std::size_t n = 0; n < bytes.size(); ++n)
      CHECK_THROWS_AS(wire::decode<Message>(std::string_view(bytes).substr(0, n)), InputError);
    CHECK_THROWS_AS(wire::decode<Message>(bytes + '\0'), InputError);
  }
  CHECK_THROWS_AS(wire::decode<Message>("\x7f"), InputError);
}

}  // namespace

TEST_CASE("every message to a worker comes back as it went, or is refused") {
  check_all(to_worker);
}

TEST_CASE("every message to the master comes back as it went, or is refused") {
  check_all(to_master);
}

TEST_CASE("ranks come back as they went, in any order, and many that follow each other take few bytes") {
  const auto comes_back = [](std::vector<std::int32_t> ranks) {
    const std::string bytes = wire::encode(wire::Stage{1, ranks});
    CHECK(std::get<wire::Stage>(wire::decode<wire::ToWorker>(bytes)).ranks == ranks);
    return bytes.size();
  };
  comes_back({5, 4, 3, 3, 4, 9, 10, 11, -1, 0, 1});
  std::vector<std::int32_t> all(27360);
  std::iota(all.begin(), all.end(), 1);
  CHECK(comes_back(all) < 64);  // sent to each of them
  all.erase(all.begin() + 9000);
  CHECK(comes_back(all) < 64);
}

TEST_CASE("a flag that is neither true nor false, and a word that there is none of, are refused") {
  const auto refuses = []<class Message>(const Message& message, std::size_t place, char last) {
    std::string bytes = wire::encode(message);
    bytes.at(place) = last;
    CHECK_NOTHROW(wire::decode<Message>(bytes));
    ++bytes[place];
    CHECK_THROWS_AS(wire::decode<Message>(bytes), InputError);
  };
  refuses(wire::ToWorker(wire::Stop{}), 1, 1);  // behind the byte that tells what message it is
  refuses(wire::ToMaster(wire::Heartbeat{}), 1, static_cast<char>(wire::Work::testing));
  refuses(wire::ToMaster(wire::Finished{}), 1 + 8 + 4, static_cast<char>(Status::out_of_memory));
}

TEST_CASE("a length that no message can have costs no memory") {
  std::string bytes = wire::encode(wire::Assign{});
  bytes.back() = '\x7f';  // 2^62 assignments
  CHECK_THROWS_AS(wire::decode<wire::ToWorker>(bytes), InputError);
  bytes = wire::encode(wire::Stage{1, {}});
  bytes.back() = '\x7f';  // as many ranks
  CHECK_THROWS_AS(wire::decode<wire::ToWorker>(bytes), InputError);
}
