#include "worker/serve.hpp"

#include <torch/cuda.h>
#include <torch/utils.h>
#include <torch/version.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/program_options.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <stdexcept>
#include <thread>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/messages/wire.hpp"
#include "search/space/cache_files.hpp"
#include "search/space/space.hpp"
#include "search/space/synchronous.hpp"
#include "worker/channel/mpi_channel.hpp"
#include "worker/execute.hpp"
#include "worker/staging.hpp"
#include "worker/staging/stage_orders.hpp"
#include "worker/work_queue.hpp"

namespace stormsweep {

namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

constexpr int master = 0;

struct Placement {
  torch::Device device = torch::kCPU;
  int threads = 1;
};

/// A GPU for each worker of the node where there are any; else an equal share of its cores. The master sits on a core
/// of a worker: it sleeps nearly always.
Placement place(const MpiChannel& channel, const std::string& device, int threads) {
  const int workers = channel.node_size() - (channel.node_has_master() ? 1 : 0);
  const int place = channel.node_rank() - (channel.node_has_master() ? 1 : 0);
  const int gpus = device == "cpu" ? 0 : static_cast<int>(torch::cuda::device_count());
  if (device == "cuda" && gpus == 0)
    throw InputError("--device is cuda, but this machine or this LibTorch has none; use --device cpu");
  Placement placement;
  if (gpus > 0) placement.device = torch::Device(torch::kCUDA, static_cast<torch::DeviceIndex>(place % gpus));
  placement.threads = threads > 0 ? threads : std::max(1, usable_cores() / workers);
  return placement;
}

wire::Hello introduction(const Placement& placement) {
  return {host_name(), placement.device.str(), cpu_model(),
          std::string("stormsweep " STORMSWEEP_VERSION ", LibTorch ") + TORCH_VERSION, placement.threads};
}

/// Hears the master and shows signs of life, beside the training: a step that takes a minute is not a death.
class Service {
 public:
  Service(Channel& channel, WorkQueue& queue, StageOrders& orders, Seconds lost_after)
      : channel_(channel),
        queue_(queue),
        orders_(orders),
        lost_after_(lost_after),
        thread_([this](std::stop_token stop) { loop(stop); }) {}

  bool may_finalize() const { return finalize_; }

 private:
  void loop(const std::stop_token& stop) {
    auto beaten = Clock::now(), heard = beaten;
    while (!stop.stop_requested()) {
      const std::optional<Parcel> parcel = channel_.wait(lost_after_ / 8);
      const auto now = Clock::now();
      if (parcel) {
        heard = now;
        receive(*parcel);
      }
      if (now - beaten >= lost_after_ / 4) {
        beaten = now;
        channel_.send(master, wire::encode(wire::Heartbeat{}));
      }
      // Rank 0 is gone: nobody would hear of what we train. MPI_Finalize would wait for it.
      if (now - heard > std::max(Seconds(10), 3 * lost_after_)) std::_Exit(exit_master_lost);
    }
  }

  void receive(const Parcel& parcel) {
    wire::Message message = wire::decode(parcel.bytes);
    if (auto* assign = std::get_if<wire::Assign>(&message)) queue_.put(std::move(assign->duties));
    if (auto* order = std::get_if<wire::Stage>(&message)) orders_.put(std::move(*order));
    if (const auto* abandon = std::get_if<wire::Abandon>(&message)) queue_.abandon(abandon->gang);
    if (auto* stop = std::get_if<wire::Stop>(&message)) {
      finalize_ = stop->finalize;
      queue_.stop();
      orders_.stop();
    }
  }

  Channel& channel_;
  WorkQueue& queue_;
  StageOrders& orders_;
  Seconds lost_after_;
  std::atomic<bool> finalize_ = true;
  std::jthread thread_;  // last: it uses the others
};

wire::Welcome await_welcome(Channel& channel) {
  const std::optional<Parcel> parcel = channel.wait(Seconds(60));
  if (!parcel) throw std::runtime_error("rank 0 does not answer");
  wire::Message message = wire::decode(parcel->bytes);
  auto* welcome = std::get_if<wire::Welcome>(&message);
  if (!welcome) std::_Exit(exit_done);  // told to stop before anything was started
  return std::move(*welcome);
}

/// By the synchronous schedule: nobody hands out anything.
void work_through_share(const Space& space, const wire::Welcome& welcome, Channel& channel, const WorkQueue& queue,
                        const std::function<void(const Duty&)>& do_duty) {
  SynchronousShare::Options options{welcome.done, {}};
  if (welcome.trials >= 0) options.trials = static_cast<std::uint64_t>(welcome.trials);
  SynchronousShare share(space, channel.rank(), channel.size() - 1, options);
  for (auto turn = share.next(); turn && !queue.stopped(); turn = share.next()) {
    channel.send(master, wire::encode(wire::Began{true, turn->training.id}));
    const std::uint64_t gang = synchronous_gang(turn->training);
    do_duty({std::move(turn->training), gang, {turn->members.begin(), turn->members.end()}});
  }
  channel.send(master, wire::encode(wire::Began{}));
}

}  // namespace

int serve_command(const std::vector<std::string>& arguments) {
  namespace po = boost::program_options;
  po::options_description options("options");
  options.add_options()("device", po::value<std::string>()->default_value("auto"))(
      "threads", po::value<int>()->default_value(0))("start-patience", po::value<double>()->default_value(200));
  po::variables_map values;
  po::store(po::command_line_parser(arguments).options(options).run(), values);

  // The master drains; a signal that reaches every rank is for it alone.
  for (const int signal : {SIGUSR1, SIGINT, SIGTERM}) std::signal(signal, SIG_IGN);
  MpiChannel channel(Seconds(values["start-patience"].as<double>()),
                     [] { std::_Exit(exit_master_lost); });  // rank 0 tells
  const Placement placement = place(channel, values["device"].as<std::string>(), values["threads"].as<int>());
  torch::set_num_threads(placement.threads);
  channel.send(master, wire::encode(introduction(placement)));

  const wire::Welcome welcome = await_welcome(channel);
  Space space = parse_space(welcome.space, "search space", welcome.directory);
  space.share_epochs = welcome.share_epochs;
  Workplace workplace{
      *space.experiment,
      {space.data, welcome.fingerprint, space.seed, welcome.cache, {}, {}, placement.device, placement.threads},
      channel,
      welcome.retry_out_of_memory,
      Seconds(welcome.checkpoint_every),
      welcome.keep_models ? fresh_models(welcome.cache, space.name) : std::filesystem::path(),
      [&channel](wire::Finished finished) { channel.send(master, wire::encode(std::move(finished))); }};
  WorkQueue queue;
  StageOrders orders;
  bool finalize = true;
  {
    const Service service(channel, queue, orders, Seconds(welcome.lost_after));
    if (!welcome.stage.empty())
      stage_as_ordered(orders, space, welcome.stage, Seconds(welcome.lost_after), channel, workplace.context);
    const auto do_duty = [&](const Duty& duty) { execute(duty, workplace, [&] { return queue.dropped(duty); }); };
    if (welcome.synchronous) work_through_share(space, welcome, channel, queue, do_duty);
    while (const auto duty = queue.take()) {
      do_duty(*duty);
      if (duty->gang > 0) channel.send(master, wire::encode(wire::Left{duty->gang}));
    }
    channel.send(master, wire::encode(wire::Stopped{}));
    finalize = service.may_finalize();
  }
  channel.flush(Seconds(5));
  if (!finalize) std::_Exit(exit_done);
  std::signal(SIGALRM, SIG_DFL);
  alarm(30);  // MPI_Finalize waits for every rank: one may have died since
  return exit_done;
}

}  // namespace stormsweep
