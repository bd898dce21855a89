#include "master/loop/conductor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "master/slurm/job_end.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

constexpr Seconds tick{0.1};
constexpr Seconds commit_every{0.25};        // what a crash may cost in finished trials
constexpr std::uint64_t commit_rows = 1000;  // amortises the commit's two fsyncs
constexpr std::size_t most_skipped = 4096;   // trainings that would not end in time: then none is looked for any more
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
      total_(options_.share.count > 1 ? count_trials(trainings_, options_.share) : space.grid.count()),
      order_(*space.experiment, [this] { return next_of_grid(); }),
      schedule_(make_schedule()),
      progress_(space.name, space.metric, options_.columns, now()),
      started_(now()),
      committed_(started_),
      beaten_(started_),
      committed_counts_(store.counts()),
      committed_best_(store.best()) {
  handed_out_ = committed_counts_.terminal();
  if (options_.welcome.synchronous) {
    options_.welcome.done = done();
    if (const auto limit = space.limits.trials)
      options_.welcome.trials = static_cast<std::int64_t>(*limit - std::min(*limit, handed_out_));
  }
  store.each_completed(CostModel::most_rows, [this](const Configuration& configuration, double wall_seconds) {
    order_.learn(configuration, wall_seconds);
  });
  const bool complete = total_ && committed_counts_.terminal() >= *total_;
  if (!options_.welcome.stage.empty() && !complete)
    staging_.emplace(static_cast<std::size_t>(channel_.size() - 1), options_.welcome.synchronous);
  else
    options_.welcome.stage.clear();
  if (const auto remaining = options_.remaining) deadline_ = started_ + *remaining - closing_margin(*remaining);
}

std::variant<Dispatcher, SynchronousMaster> Conductor::make_schedule() {
  const DispatchPolicy policy{.workers = static_cast<std::size_t>(channel_.size() - 1),
                              .lost_after = Seconds(options_.welcome.lost_after)};
  if (options_.welcome.synchronous)
    return SynchronousMaster(
        policy, [this](TrainingId id) { return training(id); }, now());
  const auto expected = [this](const Training& training) -> std::optional<Seconds> {
    const auto seconds = order_.expected(training);
    return seconds ? std::optional(Seconds(*seconds)) : std::nullopt;
  };
  return Dispatcher(
      policy, [this] { return next_training(); }, now(), expected, [this] { return order_.fits(); });
}

Conclusion Conductor::run(const std::atomic<bool>& drain) {
  bool draining = false;
  while (!conclusion_) {
    std::optional<Parcel> parcel = channel_.wait(tick);
    for (std::size_t read = 0; parcel; ++read) {
      receive(*parcel);
      parcel = read < read_at_once ? channel_.receive() : std::nullopt;
    }
    if ((drain || time_is_over()) && !std::exchange(draining, true)) {
      progress_.say(
          fmt::format("{}: {}; run it again to continue", space_.name, drain ? "stopping" : "its time is nearly over"));
      dispatch(event::Drain{});
      if (staging_) staging_->give_up();
    }
    check_limits();
    stage();
    dispatch(event::Tick{});
    beat();
    store_long_runners();
    commit_when_due();
    progress_.show(standing(), now());
  }
  commit();
  if (unstarted_ && conclusion_->ending == Ending::done) conclusion_->ending = Ending::drained;
  progress_.finish(standing(), now());
  conclusion_->workers_died = workers_died_;
  conclusion_->attempts_raised = attempts_raised_;
  conclusion_->limit = limit_;
  conclusion_->counts = committed_counts_;
  return *conclusion_;
}

std::optional<Training> Conductor::next_training() {
  for (std::size_t skipped = 0; !closed_; ++skipped) {
    std::optional<Training> training = order_.next();
    if (!training && space_.limits.trials && handed_out_ >= *space_.limits.trials)
      limit_ = fmt::format("limits.trials ({})", *space_.limits.trials);
    if (!training || can_finish(*training)) return training;
    if (!std::exchange(unstarted_, true))
      progress_.say(
          fmt::format("{}: some of what is left would not end in time; run it again to continue", space_.name));
    closed_ = skipped > most_skipped;
  }
  return std::nullopt;
}

/// The limit of trials is kept here, in grid order: which trials it leaves does not depend on what they cost.
std::optional<Training> Conductor::next_of_grid() {
  while (!space_.limits.trials || handed_out_ < *space_.limits.trials) {
    std::optional<Training> training = trainings_.next(options_.share.next(TrainingId{next_}));
    if (!training) break;
    next_ = training->id.value + 1;
    if (!options_.share.has(training->id)) continue;
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

std::optional<Training> Conductor::training(TrainingId id) {
  auto training = trainings_.at(id);
  if (!training) return training;
  if (const auto missing = store_.missing(*training)) training->attempt = missing->attempt;
  return training;
}

/// Looks through the grid until all that is stored has been found.
std::vector<TrainingRange> Conductor::done() {
  std::vector<TrainingId> ids;
  std::uint64_t found = 0;
  const std::uint64_t stored = committed_counts_.terminal();
  for (auto next = found < stored ? trainings_.next(TrainingId{0}) : std::nullopt; next && found < stored;
       next = trainings_.next(TrainingId{next->id.value + 1})) {
    const auto missing = store_.missing(*next);
    found += next->trials() - (missing ? missing->trials() : 0);
    if (!missing) ids.push_back(next->id);
  }
  return ranges(ids);
}

/// What is longer than the whole job could never end in one: it goes on from its checkpoint in the next.
bool Conductor::can_finish(const Training& training) const {
  const auto seconds = deadline_ ? order_.expected(training) : std::nullopt;
  if (!seconds) return true;
  return now() + Seconds(*seconds) <= *deadline_ || started_ + Seconds(*seconds) > *deadline_;
}

bool Conductor::time_is_over() const {
  return deadline_ && now() >= *deadline_;
}

void Conductor::receive(const Parcel& parcel) {
  const WorkerId worker{static_cast<std::uint64_t>(parcel.from)};
  wire::Message message = wire::decode(parcel.bytes);
  if (auto* hello = std::get_if<wire::Hello>(&message)) {
    workers_[worker] = {worker,
                        hello->host,
                        hello->device,
                        hello->cpu,
                        hello->versions,
                        static_cast<int>(hello->threads),
                        1,
                        std::to_string(worker.value)};
    present_.insert(worker);
    send(worker, options_.welcome);
    if (staging_) {
      staging_->joined(worker);
      dispatch(event::Heard{worker});
    } else {
      dispatch(event::Joined{worker, workers_[worker].host});
    }
  } else if (auto* finished = std::get_if<wire::Finished>(&message)) {
    heard_ = std::move(*finished);
    dispatch(event::Finished{worker, heard_.training, heard_.milestone, heard_.outcome.status != Status::complete});
  } else if (const auto* began = std::get_if<wire::Began>(&message)) {
    carry_out(std::get<SynchronousMaster>(schedule_).began(
        worker, began->any ? std::optional(began->training) : std::nullopt, now()));
  } else if (const auto* staged = std::get_if<wire::Staged>(&message)) {
    receive(worker, *staged);
  } else if (const auto* left = std::get_if<wire::Left>(&message)) {
    dispatch(event::Left{worker, left->gang});
  } else if (std::holds_alternative<wire::Stopped>(message)) {
    present_.erase(worker);
    dispatch(event::Stopped{worker});
  } else {
    dispatch(event::Heard{worker});
  }
}

void Conductor::receive(WorkerId worker, const wire::Staged& staged) {
  dispatch(event::Heard{worker});
  if (!staging_ || !staging_->ended(worker, staged.attempt, staged.done)) return;
  if (!staged.error.empty()) throw InputError(staged.error);
  if (!staged.notes.empty()) progress_.say(staged.notes);
}

void Conductor::stage() {
  if (!staging_) return;
  if (const auto order = staging_->next()) {
    for (const std::int32_t rank : order->ranks) send(WorkerId{static_cast<std::uint64_t>(rank)}, *order);
  }
  if (!staging_->over()) return;
  for (const WorkerId worker : staging_->present()) {
    send(worker, wire::Stage{0, {}});
    dispatch(event::Joined{worker, workers_[worker].host});
  }
  staging_.reset();
}

void Conductor::dispatch(const Event& event) {
  carry_out(std::visit([&](auto& schedule) { return schedule.on(event, now()); }, schedule_));
}

void Conductor::carry_out(const std::vector<Action>& actions) {
  for (const Action& action : actions) std::visit([this](const auto& a) { act(a); }, action);
}

void Conductor::act(const action::Assign& assign) {
  wire::Assign message;
  for (const Training& training : assign.trainings) message.duties.push_back({training, 0, {}});
  send(assign.worker, message);
}

void Conductor::act(const action::AssignGang& assign) {
  Duty duty{assign.training, assign.gang, {}};
  for (const WorkerId member : assign.members) duty.members.push_back(static_cast<std::int32_t>(member.value));
  for (const WorkerId member : assign.members) send(member, wire::Assign{{duty}});
}

void Conductor::act(const action::Abandon& abandon) {
  send(abandon.worker, wire::Abandon{abandon.gang});
}

void Conductor::act(const action::Began& began) {
  running_[began.worker] = {began.training, began.members, 0, now(), false};
}

void Conductor::act(const action::Record& record) {
  if (!heard_.epochs.empty()) store_.add_epochs(record.training, heard_.epochs);
  store_.finish(record.training, record.milestone, trainer(record.worker, record.members), heard_.outcome);
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
  if (staging_) staging_->lost(lost.worker);
  if (lost.training) forget(*lost.training);
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
  forget(given_up.training);
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
  if (closed_ && staging_) staging_->give_up();
  if (closed_ && options_.welcome.synchronous) dispatch(event::Drain{});
}

void Conductor::beat() {
  if (now() - beaten_ < Seconds(options_.welcome.lost_after / 4)) return;
  beaten_ = now();
  for (const WorkerId worker : present_) send(worker, wire::Heartbeat{});
}

void Conductor::store_long_runners() {
  for (auto& [worker, running] : running_) {
    if (running.stored || now() - running.began < Seconds(1)) continue;
    store_.start(running.training, running.milestone, trainer(worker, running.members),
                 unix_time() - (now() - running.began).count());
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
  return {total_, committed_counts_, std::visit([](const auto& schedule) { return schedule.running(); }, schedule_),
          committed_best_, ended_here_};
}

WorkerInfo Conductor::trainer(WorkerId leader, const std::vector<WorkerId>& members) const {
  WorkerInfo info = workers_.at(leader);
  if (members.empty()) return info;
  info.gang = static_cast<int>(members.size());
  info.ranks.clear();
  for (const WorkerId member : members) info.ranks += (info.ranks.empty() ? "" : ",") + std::to_string(member.value);
  return info;
}

void Conductor::forget(const Training& training) {
  std::erase_if(running_, [&](const auto& running) { return running.second.training.id == training.id; });
}

void Conductor::send(WorkerId worker, const wire::Message& message) {
  channel_.send(static_cast<int>(worker.value), wire::encode(message));
}

}  // namespace stormsweep
