#include "worker/serve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/output.hpp"
#include "search/base/processor.hpp"
#include "search/base/pulse.hpp"
#include "search/base/time.hpp"
#include "search/base/waking_clock.hpp"
#include "search/messages/wire.hpp"
#include "search/methods/synchronous.hpp"
#include "search/space/cache_files.hpp"
#include "search/space/space.hpp"
#include "worker/channel/mpi_channel.hpp"
#include "worker/core_share.hpp"
#include "worker/gpu_share.hpp"
#include "worker/own_cores.hpp"
#include "worker/report.hpp"
#include "worker/service.hpp"
#include "worker/staging/stage_orders.hpp"
#include "worker/work_queue.hpp"

namespace stormsweep {

namespace {

constexpr int most_background = 8;
/// How long after us the other ranks may end: a worker may have to finish an epoch, and rank 0 to wait for its
/// database.
constexpr Seconds others_patience{600};

/// A GPU for each worker of the node where there are any; else an equal share of its cores. The master gets no core of
/// its own, as it nearly always sleeps.
Placement place(const MpiChannel& channel, const std::string& device, int threads, const Executor& executor) {
  const std::size_t masters = channel.node_has_master() ? 1 : 0;  // it has the first place on the node
  const std::span workers = std::span(channel.node_cores()).subspan(masters);
  const int place = channel.node_rank() - static_cast<int>(masters);
  const int gpus = device == "cpu" ? 0 : executor.gpus();
  if (device == "cuda" && gpus == 0)
    throw InputError("--device is cuda, but this machine or this LibTorch has none; use --device cpu");
  const auto own = static_cast<std::size_t>(place);
  Placement placement{.threads = threads > 0 ? threads : core_share(workers, own, usable_cores())};
  if (gpus == 0) {
    if (cores_are_of_this_job()) placement.cores = own_cores(workers, own, placement.threads);
    return placement;
  }
  placement.gpu = place % gpus;
  placement.gpu_sharers = gpu_sharers(static_cast<int>(workers.size()), gpus, *placement.gpu);
  placement.background = std::min(placement.threads, most_background);  // all may make batches, for which the GPU waits
  return placement;
}

wire::Hello introduction(const Placement& placement, const Executor& executor) {
  return {.host = host_name(),
          .device = placement.gpu ? fmt::format("cuda:{}", *placement.gpu) : "cpu",
          .cpu = processor_in_use(),
          .versions = executor.versions(),
          .threads = placement.threads};
}

/// Introduces itself once it knows where it computes. Until then it sends heartbeats: starting CUDA, or loading
/// LibTorch from a file system that all ranks read at once, may take longer than the master tolerates silence.
Placement introduce(MpiChannel& channel, const boost::program_options::variables_map& options, Executor& executor) {
  const auto end = steady_time() + Seconds(options["start-patience"].as<double>());  // longer hangs count as lost
  const Pulse alive(Seconds(options["lost-after"].as<double>() / 4), [&] {
    if (steady_time() < end) report(channel, wire::Heartbeat{});
  });
  Placement placement = place(channel, options["device"].as<std::string>(), options["threads"].as<int>(), executor);
  if (placement.cores.any()) keep_to(placement.cores);
  executor.settle(placement);
  report(channel, introduction(placement, executor));
  return placement;
}

/// Rank 0 checks the data first, and sends heartbeats meanwhile.
wire::Welcome await_welcome(Channel& channel, Seconds patience) {
  WakingClock waking(steady_time(), patience / 8);
  for (Seconds heard = waking.at(steady_time());;) {
    const std::optional<Parcel> parcel = channel.wait(patience / 8);
    const Seconds now = waking.at(steady_time());
    if (!parcel && now - heard > patience) throw std::runtime_error("rank 0 does not answer");
    if (!parcel) continue;
    heard = now;
    auto message = wire::decode<wire::ToWorker>(parcel->bytes);
    if (auto* welcome = std::get_if<wire::Welcome>(&message)) return std::move(*welcome);
    if (std::holds_alternative<wire::Stop>(message)) std::_Exit(exit_done);  // before anything was started
  }
}

/// By the synchronous schedule, in which nobody hands anything out.
void work_through_share(const Space& space, const wire::Welcome& welcome, Channel& channel, const WorkQueue& queue,
                        const std::function<void(const Assignment&)>& carry_out) {
  SynchronousShare share(space, channel.rank(), channel.size() - 1, {welcome.done, welcome.limit});
  for (auto turn = share.next(); turn && !queue.stopped(); turn = share.next()) {
    report(channel, wire::Began{.any = true, .training = turn->training.id});
    const std::uint64_t gang = synchronous_gang(turn->training);
    carry_out(
        {.training = std::move(turn->training), .gang = gang, .members = {turn->members.begin(), turn->members.end()}});
  }
  report(channel, wire::Began{});
}

/// As the master assigns it, until told to stop.
void work_as_assigned(Channel& channel, WorkQueue& queue, const std::function<void(const Assignment&)>& carry_out) {
  while (const auto assignment = queue.take()) {
    carry_out(*assignment);
    if (assignment->gang > 0) report(channel, wire::Left{assignment->gang});
  }
}

/// Works until told to stop. Returns whether MPI may then be finalized.
bool work(const wire::Welcome& welcome, MpiChannel& channel, const Placement& placement, Executor& executor) {
  const RunSettings& settings = welcome.settings;
  Space space = parse_space(welcome.space, "search space", settings.directory);
  space.share_epochs = settings.share_epochs;
  WorkQueue queue;
  StageOrders orders;
  Activity activity;
  const Service service(channel, queue, orders, activity, Seconds(settings.lost_after));
  executor.enter({.space = space,
                  .context = {.data = space.data,
                              .fingerprint = settings.fingerprint,
                              .search = space.name,
                              .seed = space.seed,
                              .cache = settings.cache,
                              .keep_work = settings.keep_work,
                              .one_training_a_curve = one_training_a_curve(space),
                              .gpu = placement.gpu,
                              .threads = placement.threads},
                  .background = placement.background,
                  .gpu_sharers = placement.gpu_sharers,
                  .channel = channel,
                  .orders = orders,
                  .activity = activity,
                  .settings = settings,
                  .stamps = settings.stamps,
                  .models = settings.keep_models ? fresh_models(settings.cache, space.name) : ""});
  const auto carry_out = [&](const Assignment& assignment) {
    executor.execute(assignment, [&] { return queue.dropped(assignment); });
  };
  if (ranks_take_shares(settings, space.method)) work_through_share(space, welcome, channel, queue, carry_out);
  work_as_assigned(channel, queue, carry_out);
  report(channel, wire::Stopped{});
  return service.may_finalize();
}

/// Returns whether MPI may be finalized.
bool work_or_die(MpiChannel& channel, const boost::program_options::variables_map& options, Executor& executor) {
  try {
    const Placement placement = introduce(channel, options, executor);
    const Seconds patience = std::max(Seconds(10), 6 * Seconds(options["lost-after"].as<double>()));
    return work(await_welcome(channel, patience), channel, placement, executor);
  } catch (const std::exception& error) {
    die(channel, error);
  }
}

}  // namespace

int serve_command(const std::vector<std::string>& arguments, Executor& executor) {
  namespace po = boost::program_options;
  po::options_description options("options");
  options.add_options()("device", po::value<std::string>()->default_value("auto"))(
      "threads", po::value<int>()->default_value(0))("start-patience", po::value<double>()->default_value(200))(
      "lost-after", po::value<double>()->default_value(10));
  po::variables_map values;
  po::store(po::command_line_parser(arguments).options(options).run(), values);

  // Draining is the master's task; signals that reach every rank are meant for it alone.
  for (const int signal : {SIGUSR1, SIGINT, SIGTERM}) std::signal(signal, SIG_IGN);
  MpiChannel channel(Seconds(values["start-patience"].as<double>()),
                     [] { std::_Exit(exit_master_lost); });  // rank 0 says why
  channel.refuse_alone();  // without mpirun, a rank variable that another job has left behind makes us a worker
  const bool finalize = work_or_die(channel, values, executor);
  channel.flush(Seconds(5));
  if (!finalize) std::_Exit(exit_done);
  channel.leave_within(others_patience, [] { std::_Exit(exit_done); });
  return exit_done;
}

}  // namespace stormsweep
