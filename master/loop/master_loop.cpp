#include "master/loop/master_loop.hpp"

#include <fmt/format.h>

#include <cassert>
#include <utility>

#include "search/base/error.hpp"
#include "search/base/utc.hpp"
#include "search/space/cache_files.hpp"
#include "search/space/gang_sizes.hpp"
#include "search/space/runs_itself.hpp"

namespace stormsweep {

namespace {

constexpr Seconds tick{0.1};
constexpr Seconds moment{0.002};      // between two polls of a method that is computing the next training
constexpr Seconds worth_telling{2};   // a database may be locked this long without a message: others write it, too
constexpr Seconds most_blocked{600};  // without the store; after that further results would be lost
// For how long checkpoints that nobody needs are removed; heartbeats and stops wait meanwhile. What a stop leaves goes
// when the search is done.
constexpr Seconds a_turn{0.02}, at_a_stop{1};
constexpr std::size_t read_at_once = 4096;  // messages read before the clock is looked at again

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

/// Whether the master removes checkpoints of trainings. A command's checkpoint is a folder that another training of the
/// same curve may be using; where there can be one, the worker removes it.
bool removes_checkpoints(const Space& space) {
  return space.experiment->command ? one_training_a_curve(space) : !runs_itself(*space.experiment);
}

/// Whether no training will continue from here. A failed one may: its error may have been a passing one.
bool is_over(const Training& training, Status status) {
  const bool goes_on = training.rung && training.rung->goes_on;
  return status == Status::diverged || (status == Status::complete && !goes_on);
}

/// For a halving limits.trials only sets the number of brackets, which are always completed
/// (search/methods/halving.hpp).
Limits limits_of(const Space& space) {
  Limits limits = space.limits;
  if (has_rungs(space.method)) limits.trials.reset();
  return limits;
}

}  // namespace

MasterLoop::MasterLoop(Channel& channel, Store& store, const Space& space, Options options)
    : channel_(channel),
      store_(store),
      space_(space),
      options_(std::move(options)),
      limits_(limits_of(space), static_cast<std::size_t>(channel.size() - 1), store.counts().terminal(), now(),
              options_.remaining, options_.spent),
      source_(space, store, options_.share, limits_, static_cast<std::size_t>(channel.size() - 1)),
      waking_(now(), Seconds(options_.settings.lost_after / 4)),
      schedule_(make_schedule()),
      staging_(make_staging()),
      commits_(store, now()),
      dropped_(options_.settings.cache, checkpoint_fingerprint(space, options_.settings.fingerprint)),
      progress_(space.name, space.metric, options_.columns, now()),
      ordered_(now()),
      listening_(static_cast<std::size_t>(channel.size())),
      beats_(Seconds(options_.settings.lost_after / 4), [this] { send_to_all(wire::Heartbeat{}); }) {
  if (!staging_) options_.settings.stage.clear();
  const auto workers = static_cast<std::uint64_t>(channel.size() - 1), most = source_.side_by_side().value_or(workers);
  if (most < workers)
    progress_.say(
        fmt::format("{}: {} trains at most {} at once (its width, which is fixed); {} of {} workers will be idle",
                    space.name, space.method.name, most, workers - most, workers));
}

MasterLoop::Schedule MasterLoop::make_schedule() {
  const DispatchPolicy policy{.workers = static_cast<std::size_t>(channel_.size() - 1),
                              .lost_after = Seconds(options_.settings.lost_after)};
  if (ranks_take_shares(options_.settings, space_.method))
    return SynchronousMaster(
        policy, [this](TrainingId id) { return source_.at(id); }, listening());
  const auto expected = [this](const Training& training) -> std::optional<Seconds> {
    const auto seconds = source_.expected(training);
    return seconds ? std::optional(Seconds(*seconds)) : std::nullopt;
  };
  const auto next = [this] { return source_.next(job_time()); };
  if (options_.settings.synchronous) return RoundMaster(policy, next, expected, listening());
  return Dispatcher(policy, next, listening(), expected, [this] { return source_.fits(); });
}

/// Data is staged only for a search that has something left to train.
std::optional<StagingPhase> MasterLoop::make_staging() const {
  const auto total = source_.total();
  const bool complete = total && store_.counts().terminal() >= *total;
  if (options_.settings.stage.empty() || complete) return std::nullopt;
  return StagingPhase(static_cast<std::size_t>(channel_.size() - 1), options_.settings.synchronous);
}

Conclusion MasterLoop::run(const std::atomic<bool>& drain) {
  for (;;) {
    if (const auto conclusion = turn(drain, source_.thinking() ? moment : tick)) return *conclusion;
  }
}

std::optional<Conclusion> MasterLoop::turn(bool drain, Seconds patience) {
  std::optional<Parcel> parcel = channel_.wait(patience);
  for (std::size_t read = 0; parcel; ++read) {
    check_limits();  // before each: of a thousand failures on their way, no more than it may be are stored
    hear(*parcel);
    parcel = read < read_at_once ? channel_.receive() : std::nullopt;
  }
  drain_when_due(drain);
  leave_when_overdue();
  check_limits();
  stage();
  dispatch(event::Tick{});
  store_long_runners();
  commits_.commit_when_due(now());
  remove_dropped(a_turn);
  tell_of_store();
  if (progress_.due(now())) progress_.show(standing(), now());
  return ended_ ? std::optional(conclude()) : std::nullopt;
}

void MasterLoop::hear(const Parcel& parcel) {
  const WorkerId worker{static_cast<std::uint64_t>(parcel.from)};
  std::visit([&](const auto& message) { on(worker, message); }, wire::decode<wire::ToMaster>(parcel.bytes));
}

void MasterLoop::on(WorkerId worker, const wire::Hello& hello) {
  roster_.join(worker, hello);
  channel_.send(static_cast<int>(worker.value), welcome());
  listening_.at(worker.value) = true;
  if (staging_) {
    staging_->joined(worker);
    dispatch(event::Heard{worker});
  } else {
    dispatch(event::Joined{worker, hello.host});
  }
}

/// The same for all workers, so that by the synchronous schedule they agree on what is done. Made only once, as it
/// takes a walk through all that a resumed search has done.
const std::string& MasterLoop::welcome() {
  if (!welcome_.empty()) return welcome_;
  wire::Welcome welcome{.space = space_.text, .settings = options_.settings};
  if (std::holds_alternative<SynchronousMaster>(schedule_)) {
    welcome.done = source_.done();
    welcome.limit = source_.limit();
  }
  return welcome_ = wire::encode(std::move(welcome));
}

void MasterLoop::on(WorkerId worker, const wire::Heartbeat& heartbeat) {
  roster_.tell(worker, heartbeat.pursuit);
  dispatch(event::Heard{worker});
}

void MasterLoop::on(WorkerId worker, const wire::Staged& staged) {
  dispatch(event::Heard{worker});
  if (!staging_ || !staging_->ended(worker, staged.attempt, staged.done)) return;
  if (!staged.error.empty()) throw InputError(staged.error);
  if (!staged.notes.empty()) progress_.say(staged.notes);
}

void MasterLoop::on(WorkerId worker, const wire::Began& began) {
  auto* schedule = std::get_if<SynchronousMaster>(&schedule_);
  if (!schedule)
    throw InputError(
        fmt::format("worker {}: began a training that it was not given; run the same build of stormsweep on every rank",
                    worker.value));
  carry_out(schedule->began(worker, began.any ? std::optional(began.training) : std::nullopt, listening()));
}

void MasterLoop::on(WorkerId worker, const wire::Left& left) {
  dispatch(event::Left{worker, left.gang});
}

void MasterLoop::on(WorkerId worker, const wire::Finished& finished) {
  const bool failed = finished.outcome.status != Status::complete;
  carry_out(decide(event::Finished{worker, finished.training, finished.milestone, failed}), &finished);
  if (is_adaptive(space_.method)) dispatch(event::Supplied{});
}

void MasterLoop::on(WorkerId, const wire::Refused& refused) {
  throw InputError(refused.error);
}

void MasterLoop::on(WorkerId worker, const wire::Stopped&) {
  listening_.at(worker.value) = false;
  roster_.leave(worker);
  dispatch(event::Stopped{worker});
}

std::vector<Action> MasterLoop::decide(const Event& event) {
  return std::visit([&](auto& schedule) { return schedule.on(event, listening()); }, schedule_);
}

void MasterLoop::carry_out(const std::vector<Action>& actions, const wire::Finished* reported) {
  const Overloaded carry{[&](const action::Record& ended) {
                           assert(reported);
                           record(ended, *reported);
                         },
                         [&](const auto& action) { act(action); }};
  for (const Action& action : actions) std::visit(carry, action);
}

void MasterLoop::act(const action::Assign& assign) {
  wire::Assign message;
  for (const Training& training : assign.trainings) message.assignments.push_back({.training = training});
  send(assign.worker, message);
}

void MasterLoop::act(const action::AssignGang& assign) {
  Assignment assignment{.training = assign.training, .gang = assign.gang};
  for (const WorkerId member : assign.members) assignment.members.push_back(static_cast<std::int32_t>(member.value));
  const std::string message = wire::encode(wire::Assign{{assignment}});
  for (const std::int32_t member : assignment.members) channel_.send(member, message);
}

void MasterLoop::act(const action::Began& began) {
  roster_.begin(began.worker, began.training, began.members, now());
}

void MasterLoop::act(const action::Abandon& abandon) {
  send(abandon.worker, wire::Abandon{abandon.gang});
}

void MasterLoop::act(const action::Lost& lost) {
  listening_.at(lost.worker.value) = false;
  conclusion_.workers_died = true;
  if (staging_) staging_->lost(lost.worker);
  if (lost.training) roster_.forget(*lost.training);
  std::string what = roster_.leave(lost.worker)
                         ? fmt::format("worker {} on {} is lost", lost.worker.value, roster_.info(lost.worker).host)
                         : fmt::format("worker {} never joined", lost.worker.value);
  if (lost.training) {
    conclusion_.attempts_raised = true;
    store_.start(*lost.training, 0, roster_.info(lost.worker), unix_time());  // the raised attempt outlives us
    what += "; its trial is queued again";
    commits_.add();  // later: workers may be lost by the hundred, and the others wait for our heartbeats
  }
  progress_.say(what);
}

void MasterLoop::act(const action::GiveUp& given_up) {
  conclusion_.attempts_raised = true;
  roster_.forget(given_up.training);
  const WorkerInfo& last = roster_.info(given_up.worker);
  Outcome outcome;
  outcome.status = Status::failed;
  outcome.started = outcome.finished = unix_time();
  outcome.error = fmt::format("lost with {} workers, the last one {} on {}", given_up.training.attempt,
                              given_up.worker.value, last.host);
  for (std::size_t k = 0; k < given_up.training.trials(); ++k) {
    store_.finish(given_up.training, k, last, outcome);
    count(outcome.status);
    learn(given_up.training, k, outcome);
  }
  drop(given_up.training);  // the checkpoint may be what killed them
}

void MasterLoop::act(const action::Stop& stop) {
  send(stop.worker, wire::Stop{.finalize = !conclusion_.workers_died});
}

void MasterLoop::act(const action::End& end) {
  conclusion_.ending = end.ending;
  ended_ = true;
}

void MasterLoop::record(const action::Record& record, const wire::Finished& reported) {
  if (!reported.epochs.empty()) store_.add_epochs(record.training, reported.epochs);
  const Outcome& outcome = reported.outcome;
  store_.finish(record.training, record.milestone, roster_.trainer(record.worker, record.members), outcome);
  count(outcome.status);
  learn(record.training, record.milestone, outcome);
  const bool last = record.milestone + 1 == record.training.trials();
  if (last && is_over(record.training, outcome.status)) drop(record.training);
  roster_.end(record.worker, record.training, record.milestone);
}

void MasterLoop::learn(const Training& training, std::size_t milestone, const Outcome& outcome) {
  const std::uint64_t last = limits_.last();
  source_.learn(training, milestone, outcome);
  auto* schedule = std::get_if<SynchronousMaster>(&schedule_);
  if (schedule && limits_.last() < last)
    carry_out(schedule->end_after({limits_.last()}, static_cast<std::uint32_t>(gang_sizes(space_).front())));
  for (const Training& dropped : source_.take_dropped()) drop(dropped);
}

void MasterLoop::drop(const Training& training) {
  if (removes_checkpoints(space_))
    dropped_.add(curve_identity(training.configuration, *space_.experiment, space_.seed));
}

void MasterLoop::remove_dropped(Seconds time) {
  if (!commits_.waiting()) dropped_.commit();
  dropped_.remove(time);
}

void MasterLoop::drain_when_due(bool drain) {
  const auto blocked = commits_.blocked_since();
  const bool too_long = blocked && now() - *blocked > most_blocked;
  if (!drain && !too_long && !limits_.time_is_over(job_time())) return;
  if (draining_) return;
  draining_ = job_time();
  progress_.say(fmt::format("{}: {}; run it again to continue", space_.name,
                            drain      ? "stopping"
                            : too_long ? "its database cannot be written"
                                       : "its time is nearly over"));
  dispatch(event::Drain{});
  if (staging_) staging_->give_up();
}

void MasterLoop::leave_when_overdue() {
  if (ended_ || !draining_ || !limits_.workers_are_overdue(*draining_, job_time())) return;
  progress_.say(
      fmt::format("{}: workers have not stopped in time; what they have not saved is trained again", space_.name));
  send_to_all(wire::Stop{.finalize = false, .at_once = true});
  channel_.flush(Seconds(1));
  conclusion_.ending = Ending::drained;
  conclusion_.workers_died = true;
  ended_ = true;
}

void MasterLoop::tell_of_store() {
  const auto since = commits_.blocked_since();
  const bool blocked = since && (told_blocked_ || now() - *since > worth_telling);
  if (std::exchange(told_blocked_, blocked) == blocked) return;
  progress_.say(blocked ? fmt::format("{}; the search continues, with outcomes kept in memory", store_.problem())
                        : fmt::format("{}: its database takes outcomes again", space_.name));
}

void MasterLoop::check_limits() {
  if (source_.unstarted() && !std::exchange(told_unstarted_, true))
    progress_.say(
        fmt::format("{}: some remaining trainings would not end in time; run it again to continue", space_.name));
  if (limited_ || !limits_.reached(now())) return;
  limited_ = true;
  if (staging_) staging_->give_up();
  const bool over_time = options_.settings.synchronous && !limits_.is_exhausted();
  if (over_time || limits_.too_many_failures()) dispatch(event::Drain{});
}

void MasterLoop::stage() {
  if (!staging_) return;
  if (const auto order = staging_->next()) {
    ordered_ = now();
    const std::string message = wire::encode(*order);
    for (const std::int32_t rank : order->ranks) channel_.send(rank, message);
  }
  if (!staging_->over()) return;
  for (const WorkerId worker : staging_->present()) {
    send(worker, wire::Stage{.attempt = 0, .ranks = {}});
    dispatch(event::Joined{worker, roster_.info(worker).host});
  }
  staging_.reset();
  progress_.begin(now());
}

void MasterLoop::store_long_runners() {
  roster_.each_long_runner(now(), [this](WorkerId leader, const Roster::Running& running) {
    store_.start(running.training, running.milestone, roster_.trainer(leader, running.members),
                 unix_time() - (now() - running.began).count());
    commits_.add();
  });
}

/// A trial has ended.
void MasterLoop::count(Status status) {
  ++ended_here_;
  commits_.add();
  if (status != Status::complete) limits_.fail();
}

Standing MasterLoop::standing() const {
  return {.total = source_.total(),
          .counts = commits_.counts(),
          .running = std::visit([](const auto& schedule) { return schedule.running(); }, schedule_),
          .staging = staging_ ? staging_->present().size() : 0,
          .staged_for = now() - ordered_,
          .pursuits = roster_.pursuits(),
          .best = commits_.best(),
          .ended_here = ended_here_};
}

Conclusion MasterLoop::conclude() {
  commits_.commit(now());
  // A limit ends the synchronous schedule by draining it, but then the search is done.
  if (limited_ && !draining_ && conclusion_.ending == Ending::drained) conclusion_.ending = Ending::done;
  if (commits_.blocked_since()) progress_.say(fmt::format("{}; waiting for it", store_.problem()));
  if (const std::uint64_t lost = commits_.finish()) {
    progress_.say(fmt::format("{}; outcomes not stored: {}; run it again to continue", store_.problem(), lost));
    if (conclusion_.ending == Ending::done) conclusion_.ending = Ending::drained;
  }
  progress_.finish(standing(), now());
  remove_dropped(draining_ ? at_a_stop : Seconds::max());
  if (source_.unstarted() && conclusion_.ending == Ending::done) conclusion_.ending = Ending::drained;
  if (conclusion_.ending == Ending::done && limits_.text().empty()) limits_.exhausted();
  // Another run of a search with so many failures would not get further, so it is done.
  if (limits_.too_many_failures() && limits_.reached(now())) conclusion_.ending = Ending::done;
  conclusion_.limit = limits_.text();
  conclusion_.failures = limits_.failures();
  conclusion_.counts = commits_.counts();
  return conclusion_;
}

void MasterLoop::send_to_all(const wire::ToWorker& message) {
  for (std::uint64_t rank = 1; rank < listening_.size(); ++rank)
    if (listening_[rank]) send(WorkerId{rank}, message);
}

void MasterLoop::send(WorkerId worker, const wire::ToWorker& message) {
  channel_.send(static_cast<int>(worker.value), wire::encode(message));
}

}  // namespace stormsweep
