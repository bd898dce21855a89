#include "experiments/noop/noop.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "search/base/awake_time.hpp"
#include "search/base/seed.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

namespace {

using Milliseconds = std::chrono::duration<double, std::milli>;

/// False if `stopped` cut it short.
bool sleep(Milliseconds duration, const std::function<bool()>& stopped) {
  constexpr Milliseconds look{50};
  for (; duration > Milliseconds(0); duration -= look) {
    if (stopped()) return false;
    std::this_thread::sleep_for(std::min(duration, look));
  }
  return true;
}

void synchronise(RunGang& gang) {
  if (gang.size() == 1) return;
  float ranks = 1;
  gang.sum({&ranks, 1});
  if (ranks != static_cast<float>(gang.size())) throw std::runtime_error("a sum over a gang is wrong");
}

/// Halves its distance to the limit when epochs double, as losses do.
double score(const Reader& read, std::uint64_t seed) {
  const auto draw = [&](std::string_view stream) {
    const std::uint64_t bits = derive_seed(
        seed, stream,
        {static_cast<std::uint64_t>(read.integer("index")), static_cast<std::uint64_t>(read.integer("replicate"))});
    return static_cast<double>(bits >> 11) * 0x1.0p-53;
  };
  const double first = draw("noop"), limit = draw("noop limit");
  return read.integer("epochs") == 1 ? first : limit + (first - limit) / static_cast<double>(read.integer("epochs"));
}

}  // namespace

std::optional<Outcome> run_noop(const Experiment& experiment, const Training& training, const RunContext& context,
                                const RunEvents& events) {
  const Reader read(training.configuration, experiment);
  RunGang& gang = *context.gang;
  Outcome outcome;
  const Seconds begun = awake_time();
  synchronise(gang);
  if (!sleep(Milliseconds(read.real("milliseconds")), events.stopped)) return std::nullopt;

  const std::string& wanted = read.choice("outcome");
  if (wanted == "abort" && gang.rank() == 0) std::abort();
  synchronise(gang);
  if (wanted == "throw") throw std::runtime_error("thrown as the configuration asks");
  outcome.timings.wall = (awake_time() - begun).count();
  if (wanted == "nan") {
    outcome.status = Status::diverged;
    outcome.error = "loss is not finite, as the configuration asks";
    return outcome;
  }
  for (std::size_t k = 0; k < training.trials(); ++k) {
    const Configuration trial = training.trial(k, experiment);
    outcome.metrics = {{"score", score(Reader(trial, experiment), context.seed)}};
    events.finished(k, outcome, {});
  }
  return Outcome{};
}

}  // namespace stormsweep
