#include "search/methods/synchronous.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <set>

using namespace stormsweep;
using Turn = SynchronousShare::Turn;

namespace {

/// An experiment like tornado, but whose gangs may have up to 64 ranks.
const Experiment& gangs() {
  static const Experiment experiment = parse_experiment(R"({
    "name": "gangs", "summary": "s", "data": [], "milestone": "epochs",
    "metrics": [{"name": "score", "goal": "maximize", "meaning": "m"}],
    "hyperparameters": [
      {"name": "epochs", "type": "integer", "default": 10, "min": 1, "max": 1000000, "meaning": "m"},
      {"name": "gpus", "type": "integer", "default": 1, "min": 1, "max": 64, "meaning": "m"},
      {"name": "index", "type": "integer", "default": 0, "min": 0, "max": 1000000000, "meaning": "m"}]})",
                                                        "experiment.json");
  return experiment;
}

struct AxisOf {
  std::string name;
  std::vector<std::int64_t> values;
};

Space space_of(const std::vector<AxisOf>& axes, std::vector<Exclusion> exclusions = {}, bool share = true) {
  Space space;
  space.name = "g";
  space.experiment = &gangs();
  space.share_epochs = share;
  for (const Hyperparameter& h : gangs().hyperparameters) space.defaults.values.push_back(h.fallback);
  std::vector<std::uint32_t> sizes;
  for (const auto& [name, values] : axes) {
    space.axes.push_back({*gangs().find(name), {values.begin(), values.end()}});
    sizes.push_back(static_cast<std::uint32_t>(values.size()));
  }
  space.grid = Grid(sizes, std::move(exclusions));
  return space;
}

std::vector<std::int64_t> to(std::int64_t last) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(last));
  std::iota(values.begin(), values.end(), 1);
  return values;
}

std::vector<Turn> share_of(const Space& space, int rank, int ranks, const SynchronousShare::Options& options = {}) {
  SynchronousShare share(space, rank, ranks, options);
  std::vector<Turn> turns;
  while (auto turn = share.next()) turns.push_back(*turn);
  return turns;
}

/// The shares of all ranks as the header describes them, with everything listed.
std::vector<std::vector<Turn>> twin(const Space& space, int ranks, const std::set<std::uint64_t>& done,
                                    std::optional<std::uint64_t> trials) {
  std::map<std::int64_t, std::vector<Training>, std::greater<>> phases;
  const Trainings trainings(space);
  std::uint64_t left = trials.value_or(~std::uint64_t{0});
  for (std::uint64_t i = 0; i < trainings.size() && left > 0; ++i) {
    auto training = trainings.at({i});
    if (!training || done.contains(i)) continue;
    if (training->trials() > left) {
      training->milestones.resize(left);
      training->configuration.values[0] = training->milestones.back();
    }
    left -= training->trials();
    phases[training->gang].push_back(*training);
  }
  std::vector<std::vector<Turn>> shares(static_cast<std::size_t>(ranks));
  for (const auto& [size, cards] : phases) {
    const auto hands = static_cast<std::size_t>(ranks / size);
    std::vector<std::size_t> snake;  // 0 1 2 2 1 0 0 1 2 ...
    for (std::size_t round = 0; hands > 0 && snake.size() < cards.size(); ++round)
      for (std::size_t i = 0; i < hands; ++i) snake.push_back(round % 2 ? hands - 1 - i : i);
    for (std::size_t n = 0; hands > 0 && n < cards.size(); ++n) {
      std::vector<int> members(static_cast<std::size_t>(size));
      std::iota(members.begin(), members.end(), static_cast<int>(snake[n]) * static_cast<int>(size) + 1);
      for (const int member : members) shares[static_cast<std::size_t>(member) - 1].push_back({cards[n], members});
    }
  }
  return shares;
}

/// Runs all ranks at once: a turn is done once all its members have come to it. False if they deadlock.
bool ends(const std::vector<std::vector<Turn>>& shares) {
  std::vector<std::size_t> at(shares.size());
  for (bool moved = true; std::exchange(moved, false);) {
    for (std::size_t rank = 0; rank < shares.size(); ++rank) {
      if (at[rank] == shares[rank].size()) continue;
      const Turn& turn = shares[rank][at[rank]];
      const bool all = std::all_of(turn.members.begin(), turn.members.end(), [&](int member) {
        const auto m = static_cast<std::size_t>(member) - 1;
        return at[m] < shares[m].size() && shares[m][at[m]] == turn;
      });
      if (!all) continue;
      for (const int member : turn.members) ++at[static_cast<std::size_t>(member) - 1];
      moved = true;
    }
  }
  for (std::size_t rank = 0; rank < shares.size(); ++rank)
    if (at[rank] < shares[rank].size()) return false;
  return true;
}

}  // namespace

TEST_CASE("cards are dealt forwards, then backwards") {
  std::vector<std::uint64_t> hands;
  for (std::uint64_t card = 0; card < 8; ++card) hands.push_back(dealt_to(card, 3));
  CHECK(hands == std::vector<std::uint64_t>{0, 1, 2, 2, 1, 0, 0, 1});
  CHECK(dealt_to(1'000'000'000'000'000, 1) == 0);
}

TEST_CASE("five trainings on two ranks, by hand") {
  const Space space = space_of({{"index", {10, 11, 12, 13, 14}}});
  const auto ids = [&](int rank) {
    std::vector<std::uint64_t> result;
    for (const Turn& turn : share_of(space, rank, 2)) result.push_back(turn.training.id.value);
    return result;
  };
  CHECK(ids(1) == std::vector<std::uint64_t>{0, 3, 4});
  CHECK(ids(2) == std::vector<std::uint64_t>{1, 2});
}

TEST_CASE("gangs first, large before small, by hand") {
  // 0: 1 rank, 1: 2 ranks, 2: 1 rank, 3: 2 ranks; on three ranks one gang of 2 is formed, and rank 3 is left over.
  const Space space = space_of({{"index", {5, 6}}, {"gpus", {1, 2}}});
  const std::vector<int> pair{1, 2};
  const Trainings t(space);
  CHECK(share_of(space, 1, 3) == std::vector<Turn>{{*t.at({1}), pair}, {*t.at({3}), pair}, {*t.at({0}), {1}}});
  CHECK(share_of(space, 2, 3) == std::vector<Turn>{{*t.at({1}), pair}, {*t.at({3}), pair}, {*t.at({2}), {2}}});
  CHECK(share_of(space, 3, 3).empty());
}

TEST_CASE("random spaces: the shares are the twin's, everything once, and nobody waits in a circle") {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    std::vector<AxisOf> axes{
        {"gpus", {1, 4, 2}}, {"index", to(1 + std::int64_t(random() % 9))}, {"epochs", {5, 20, 10}}};
    std::shuffle(axes.begin(), axes.end(), random);
    std::vector<Exclusion> exclusions;
    for (auto n = random() % 3; n > 0; --n) {
      Exclusion& e = exclusions.emplace_back();
      for (std::size_t axis = 0; axis < 3; ++axis)
        if (axes[axis].values.size() > 1 && random() % 2)
          e.terms.push_back({axis, {static_cast<std::uint32_t>(random() % axes[axis].values.size())}});
      if (e.terms.empty()) exclusions.pop_back();
    }
    const Space space = space_of(axes, exclusions, random() % 3 > 0);
    const int ranks = 4 + static_cast<int>(random() % 7);
    std::set<std::uint64_t> done;
    std::vector<TrainingId> ids;
    for (std::uint64_t i = 0; i < Trainings(space).size(); ++i)
      if (random() % 4 == 0) done.insert(i), ids.push_back({i});
    std::optional<std::uint64_t> limit;
    if (random() % 3 == 0) limit = random() % 30;
    SynchronousShare::Options options{.done = ranges(ids)};
    const auto missing = [&](const Training& training) {
      return done.contains(training.id.value) ? std::nullopt : std::optional(training);
    };
    if (limit) options.limit = limit_of_trials(*limit, *make_sequence(space), missing);

    std::vector<std::vector<Turn>> shares;
    for (int rank = 1; rank <= ranks; ++rank) shares.push_back(share_of(space, rank, ranks, options));
    REQUIRE(shares == twin(space, ranks, done, limit));
    REQUIRE(ends(shares));
    std::map<std::uint64_t, std::size_t> seen;
    for (std::size_t rank = 0; rank < shares.size(); ++rank)
      for (const Turn& turn : shares[rank]) {
        REQUIRE(std::count(turn.members.begin(), turn.members.end(), static_cast<int>(rank) + 1) == 1);
        REQUIRE(turn.members.size() == turn.training.gang);
        ++seen[turn.training.id.value];
      }
    std::uint64_t trials = 0, wanted = 0;
    const Trainings trainings(space);
    for (std::uint64_t i = 0; i < trainings.size(); ++i) {
      const auto training = trainings.at({i});
      if (training && !done.contains(i)) wanted += training->trials();
      if (!seen.contains(i)) continue;
      REQUIRE((training && !done.contains(i)));
      REQUIRE(seen[i] == training->gang);
    }
    for (const auto& share : shares)
      for (std::size_t n = 0; n < share.size(); ++n)
        if (&share == &shares[static_cast<std::size_t>(share[n].members[0]) - 1]) trials += share[n].training.trials();
    REQUIRE(trials == std::min(wanted, limit.value_or(wanted)));
  }
}

TEST_CASE("where the heavy axis turns fastest, the snake balances what plain dealing does not") {
  // Costs repeat 1 ... 8, on 8 ranks: plain dealing would give rank 8 all the heaviest, 8 times the load of rank 1.
  const Space space = space_of({{"index", to(10)}, {"epochs", to(8)}}, {}, false);
  double most = 0, sum = 0;
  for (int rank = 1; rank <= 8; ++rank) {
    double load = 0;
    for (const Turn& turn : share_of(space, rank, 8)) load += double(turn.training.milestones.back());
    most = std::max(most, load), sum += load;
  }
  CHECK(most == sum / 8);
}

TEST_CASE("shares differ by one training at most, and where costs rise evenly by the largest one and one round") {
  for (const int ranks : {1, 2, 3, 7, 10, 64}) {
    const Space space = space_of({{"epochs", to(1000)}}, {}, false);
    std::vector<std::size_t> counts;
    std::vector<double> loads;
    for (int rank = 1; rank <= ranks; ++rank) {
      const auto turns = share_of(space, rank, ranks);
      counts.push_back(turns.size());
      double load = 0;
      for (const Turn& turn : turns) load += double(turn.training.milestones.back());
      loads.push_back(load);
    }
    const auto [few, many] = std::minmax_element(counts.begin(), counts.end());
    const auto [light, heavy] = std::minmax_element(loads.begin(), loads.end());
    CHECK(*many - *few <= 1);
    CHECK(*heavy - *light <= 1000 + ranks);  // the last training, and what one round leaves uneven
  }
}

TEST_CASE("a grid of 2 x 10^12 starts at once, wherever its gangs stand, and goes on behind what is done") {
  const std::vector<AxisOf> slow{{"gpus", {1, 4}}, {"index", to(1'000'000)}, {"epochs", to(1'000'000)}};
  const std::vector<AxisOf> fast{{"index", to(1'000'000)}, {"epochs", to(1'000'000)}, {"gpus", {1, 4}}};
  for (const auto& axes : {slow, fast}) {
    const Space space = space_of(axes, {}, false);
    SynchronousShare share(space, 10, 10);  // two gangs of four: rank 10 skips all 10^12 of that phase
    SynchronousShare member(space, 1, 10);
    CHECK(member.next()->members == std::vector<int>{1, 2, 3, 4});
    SynchronousShare resumed(space, 1, 10, {.done = {{0, 1'999'999'999'900}}});
    CHECK(resumed.next()->training.id.value > 1'999'999'999'900);
    CHECK(share.next()->members == std::vector<int>{10});
  }
}

TEST_CASE("a limit counts what is missing of a training that is half done") {
  const Space space = space_of({{"index", {1, 2, 3}}, {"epochs", {1, 2, 3}}});
  const auto sequence = make_sequence(space);
  // Two trials of the first training are stored.
  const auto missing = [](const Training& training) -> std::optional<Training> {
    return training.id.value == 0 ? training.rest(2) : training;
  };
  const auto limit = [&](std::uint64_t trials) { return limit_of_trials(trials, *sequence, missing); };
  CHECK(limit(0) == TrainingLimit{.end = 0});
  CHECK(limit(1) == TrainingLimit{1, 3});
  CHECK(limit(2) == TrainingLimit{2, 1});
  CHECK(limit(7) == TrainingLimit{3, 3});
  CHECK(limit(8) == TrainingLimit{});
  // The middle trial of the first training is stored.
  const auto ends = [](const Training& training) -> std::optional<Training> {
    Training left = training;
    if (training.id.value == 0) std::erase(left.milestones, 2);
    return left;
  };
  CHECK(limit_of_trials(1, *sequence, ends) == TrainingLimit{1, 1});
  CHECK(limit_of_trials(2, *sequence, ends) == TrainingLimit{1, 3});
  const auto turns = share_of(space, 1, 1, {.limit = limit(2)});
  REQUIRE(turns.size() == 2);
  CHECK(turns[0].training.milestones == std::vector<std::int64_t>{1, 2, 3});  // the first two again, stored once
  CHECK(turns[1].training.milestones == std::vector<std::int64_t>{1});
}

TEST_CASE("numbers of gangs rise with the trainings, beyond 2^40 of them too, and from large gangs to small ones") {
  const auto number = [](std::uint64_t id, std::uint32_t gang) {
    Training training{TrainingId{id}, {}, {}};
    training.gang = gang;
    return synchronous_gang(training);
  };
  constexpr std::uint64_t wide = 1ull << 40;
  CHECK(number(5, 1) == 0);
  CHECK(number(0, 100'000) > 0);
  CHECK(number(wide - 1, 2) < number(wide, 2));
  CHECK(number(90 * wide, 4) < number(90 * wide + 1, 4));
  CHECK(number(90 * wide, 100'000) < number(3, 4));
  CHECK(number(90 * wide, 4) < number(3, 2));
}
