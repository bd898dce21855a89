#include "master/conductor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace stormsweep {

namespace {

constexpr Seconds tick{0.1};
constexpr Seconds commit_every{0.25};        // what a crash may cost in finished trials
constexpr std::uint64_t commit_rows = 1000;  // amortises the commit's two fsyncs
constexpr std::size_t read_at_once = 4096;   // messages between two looks at the clock

Seconds now() {
  return std::chrono::steady_clock::now().time_since_epoch();
}
double unix_time() {
  return Seconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

}  // namespace

Conductor::Conductor(Channel& channel, Store& store, const Space& space, Options options)
    : channel_(channel),
      store_(store),
      space_(space),
      options_(std::move(options)),
      trainings_(space),
      total_(space.grid.count()),
      order_(*space.experiment, [this] { return next_of_grid(); }),
      dispatcher_(
          {.workers = static_cast<std::size_t>(channel.size() - 1), .lost_after = Seconds(options_.welcome.lost_after)},
          [this] { return next_training(); }, now()),
      progress_(space.name, space.metric, options_.columns, now()),
      started_(now()),
      committed_(started_),
      beaten_(started_),
      committed_counts_(store.counts()),
      committed_best_(store.best()) {
  handed_out_ = committed_counts_.terminal();
  store.each_completed(CostModel::most_rows, [this](const Configuration& configuration, double wall_seconds) {
    order_.learn(configuration, wall_seconds);
  });
}

Conclusion Conductor::run(const std::atomic<bool>& drain) {
  bool draining = false;
  while (!conclusion_) {
    std::optional<Parcel> parcel = channel_.wait(tick);
    for (std::size_t read = 0; parcel; ++read) {
      receive(*parcel);
      parcel = read < read_at_once ? channel_.receive() : std::nullopt;
    }
    if (drain && !std::exchange(draining, true)) {
      progress_.say(fmt::format("{}: stopping; run it again to continue", space_.name));
      dispatch(event::Drain{});
    }
    check_limits();
    dispatch(event::Tick{});
    beat();
    store_long_runners();
    commit_when_due();
    progress_.show(standing(), now());
  }
  commit();
  progress_.finish(standing(), now());
  conclusion_->workers_died = workers_died_;
  conclusion_->attempts_raised = attempts_raised_;
  conclusion_->limit = limit_;
  conclusion_->counts = committed_counts_;
  return *conclusion_;
}

std::optional<Training> Conductor::next_training() {
  if (closed_) return std::nullopt;
  std::optional<Training> training = order_.next();
  if (!training && space_.limits.trials && handed_out_ >= *space_.limits.trials)
    limit_ = fmt::format("limits.trials ({})", *space_.limits.trials);
  return training;
}

/// The limit of trials is kept here, in grid order: which trials it leaves does not depend on what they cost.
std::optional<Training> Conductor::next_of_grid() {
  while (!space_.limits.trials || handed_out_ < *space_.limits.trials) {
    std::optional<Training> training = trainings_.next(TrainingId{next_});
    if (!training) break;
    next_ = training->id.value + 1;
    training = store_.missing(*std::move(training));
    if (!training) continue;
    if (space_.limits.trials && training->trials() > *space_.limits.trials - handed_out_) {
      training->milestones.resize(*space_.limits.trials - handed_out_);  // the shortest of its trials
    }
    handed_out_ += training->trials();
    return training;
  }
  return std::nullopt;
}

void Conductor::receive(const Parcel& parcel) {
  const WorkerId worker{static_cast<std::uint64_t>(parcel.from)};
  wire::Message message = wire::decode(parcel.bytes);
  if (auto* hello = std::get_if<wire::Hello>(&message)) {
    workers_[worker] = {
        worker, hello->host, hello->device, hello->cpu, hello->versions, static_cast<int>(hello->threads), 1};
    present_.insert(worker);
    send(worker, options_.welcome);
    dispatch(event::Joined{worker});
  } else if (auto* finished = std::get_if<wire::Finished>(&message)) {
    heard_ = std::move(*finished);
    dispatch(event::Finished{worker, heard_.training, heard_.milestone});
  } else if (std::holds_alternative<wire::Stopped>(message)) {
    present_.erase(worker);
    dispatch(event::Stopped{worker});
  } else {
    dispatch(event::Heard{worker});
  }
}

void Conductor::dispatch(const Event& event) {
  for (const Action& action : dispatcher_.on(event, now())) {
    std::visit([this](const auto& a) { act(a); }, action);
  }
}

void Conductor::act(const action::Assign& assign) {
  send(assign.worker, wire::Assign{assign.trainings});
}

void Conductor::act(const action::Began& began) {
  running_[began.worker] = {began.training, 0, now(), false};
}

void Conductor::act(const action::Record& record) {
  if (!heard_.epochs.empty()) store_.add_epochs(record.training, heard_.epochs);
  store_.finish(record.training, record.milestone, workers_[record.worker], heard_.outcome);
  ++ended_here_, ++uncommitted_;
  const Status status = heard_.outcome.status;
  if (status == Status::complete) order_.learn(record.training, record.milestone, heard_.outcome.timings.wall);
  failed_here_ += status == Status::failed || status == Status::diverged || status == Status::out_of_memory;

  Running& running = running_[record.worker];
  running.milestone = record.milestone + 1;
  running.stored = false;
  if (running.milestone == record.training.trials()) running_.erase(record.worker);
}

void Conductor::act(const action::Lost& lost) {
  workers_died_ = true;
  running_.erase(lost.worker);
  std::string what = present_.erase(lost.worker) > 0
                         ? fmt::format("worker {} on {} is lost", lost.worker.value, workers_[lost.worker].host)
                         : fmt::format("worker {} never joined", lost.worker.value);
  if (lost.training) {
    attempts_raised_ = true;
    store_.start(*lost.training, 0, workers_[lost.worker], unix_time());  // the raised attempt outlives us
    what += "; its trial is queued again";
  }
  progress_.say(what);
  commit();
}

void Conductor::act(const action::GiveUp& given_up) {
  attempts_raised_ = true;
  Outcome outcome;
  outcome.status = Status::failed;
  outcome.started = outcome.finished = unix_time();
  outcome.error = fmt::format("lost with {} workers, the last one {} on {}", given_up.training.attempt,
                              given_up.worker.value, workers_[given_up.worker].host);
  for (std::size_t k = 0; k < given_up.training.trials(); ++k) {
    store_.finish(given_up.training, k, workers_[given_up.worker], outcome);
    ++ended_here_, ++failed_here_, ++uncommitted_;
  }
}

void Conductor::act(const action::Stop& stop) {
  send(stop.worker, wire::Stop{.finalize = !workers_died_});
}

void Conductor::act(const action::End& end) {
  conclusion_.emplace().ending = end.ending;
}

void Conductor::check_limits() {
  if (closed_) return;
  const Limits& limits = space_.limits;
  if (limits.hours && now() - started_ > Seconds(*limits.hours * 3600))
    limit_ = fmt::format("limits.hours ({})", *limits.hours);
  if (limits.failures && failed_here_ >= *limits.failures)
    limit_ = fmt::format("limits.failures ({})", *limits.failures);
  closed_ = !limit_.empty();
}

void Conductor::beat() {
  if (now() - beaten_ < Seconds(options_.welcome.lost_after / 4)) return;
  beaten_ = now();
  for (const WorkerId worker : present_) send(worker, wire::Heartbeat{});
}

void Conductor::store_long_runners() {
  for (auto& [worker, running] : running_) {
    if (running.stored || now() - running.began < Seconds(1)) continue;
    store_.start(running.training, running.milestone, workers_[worker], unix_time() - (now() - running.began).count());
    running.stored = true;
    ++uncommitted_;
  }
}

void Conductor::commit_when_due() {
  if (uncommitted_ >= commit_rows || (uncommitted_ > 0 && now() - committed_ >= commit_every)) commit();
  // A sign of life for `status` and for a second writer, also while nothing ends.
  if (now() - committed_ >= Seconds(10)) commit();
}

void Conductor::commit() {
  store_.commit();
  committed_ = now();
  uncommitted_ = 0;
  committed_counts_ = store_.counts();
  committed_best_ = store_.best();
}

Standing Conductor::standing() const {
  return {total_, committed_counts_, dispatcher_.running(), committed_best_, ended_here_};
}

void Conductor::send(WorkerId worker, const wire::Message& message) {
  channel_.send(static_cast<int>(worker.value), wire::encode(message));
}

}  // namespace stormsweep
