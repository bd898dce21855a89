#include "worker/channel/all_reduce.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "worker/channel/communicator.hpp"
#include "worker/channel/keep_for_good.hpp"
#include "worker/channel/part_exchange.hpp"
#include "worker/channel/sum_sizes.hpp"

namespace stormsweep {

namespace {

constexpr int first_tag = 16;             // below: words of the channel
constexpr std::uint64_t tags = 1u << 20;  // MPI_TAG_UB of Open MPI is 2^31 - 1; of others it may be less

struct Job {
  std::span<float> values;
  std::shared_ptr<void> keep;
  TransferPrecision precision;
};

/// The members on the caller's node, one of each node that owns the same part as the caller, and all, node by node.
struct Groups {
  SumGroup node, across, all;
  int owners = 0;  ///< parts of a buffer: as many as there are members on the node that has fewest
  int nodes = 0;

  Groups(const std::vector<int>& members, const std::vector<int>& nodes_of_members, int caller);
};

Groups::Groups(const std::vector<int>& members, const std::vector<int>& nodes_of_members, int caller) {
  std::map<int, std::vector<int>> by_node;
  int own_node = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    by_node[nodes_of_members[i]].push_back(members[i]);
    if (members[i] == caller) own_node = nodes_of_members[i];
  }
  const auto place_of = [caller](const std::vector<int>& ranks) {
    return static_cast<int>(std::find(ranks.begin(), ranks.end(), caller) - ranks.begin());
  };
  nodes = static_cast<int>(by_node.size());
  owners = static_cast<int>(members.size());
  for (const auto& [_, ranks] : by_node) owners = std::min(owners, static_cast<int>(ranks.size()));
  node = {by_node[own_node], place_of(by_node[own_node])};
  for (const auto& [_, ranks] : by_node) {
    all.ranks.insert(all.ranks.end(), ranks.begin(), ranks.end());
    if (node.place < owners) across.ranks.push_back(ranks[static_cast<std::size_t>(node.place)]);
  }
  all.place = place_of(all.ranks);
  across.place = place_of(across.ranks);
}

}  // namespace

struct AllReduce::State {
  int place = 0, size = 0;
  std::optional<Groups> groups;
  std::optional<PartExchange> exchange;

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<Job> jobs;                   // the first is being summed
  std::uint64_t started = 0, summed = 0;  // jobs
  std::exception_ptr problem;             // that ended the thread
  std::atomic<bool> closing = false;
  std::jthread thread;

  void work();
  void sum(std::span<float> values, TransferPrecision precision);
};

void AllReduce::State::work() {
  std::unique_lock lock(mutex);
  for (;;) {
    changed.wait(lock, [this] { return closing || !jobs.empty(); });
    if (closing) return;
    const Job& job = jobs.front();  // a deque's first stays where it is
    lock.unlock();
    std::exception_ptr thrown;
    try {
      sum(job.values, job.precision);
    } catch (...) {  // memory may have run out: that is for the caller, too
      thrown = std::current_exception();
    }
    lock.lock();
    if (!thrown) jobs.pop_front(), ++summed;
    problem = thrown;
    changed.notify_all();
    if (problem) return;
  }
}

void AllReduce::State::sum(std::span<float> values, TransferPrecision precision) {
  if (values.size() <= few_numbers) return exchange->double_up(groups->all, values);
  const auto& [node, across, all, owners, nodes] = *groups;
  const auto in_node = nodes == 1 ? precision : TransferPrecision::fp32;  // there the wire is memory
  exchange->reduce(node, owners, values, in_node);
  if (nodes > 1 && node.place < owners) {
    const auto mine = PartExchange::part(values, owners, node.place);
    exchange->reduce(across, nodes, mine, precision);
    exchange->spread(across, nodes, mine, precision);
  }
  exchange->spread(node, owners, values, in_node);
}

AllReduce::AllReduce(MpiChannel& channel, const std::vector<int>& members, std::uint64_t gang,
                     const std::function<bool()>& abandoned, std::vector<int> nodes)
    : state_(std::make_shared<State>()) {
  if (nodes.empty())
    for (const int member : members) nodes.push_back(channel.node_of(member));
  state_->place = static_cast<int>(std::find(members.begin(), members.end(), channel.rank()) - members.begin());
  state_->size = static_cast<int>(members.size());
  state_->groups.emplace(members, nodes, channel.rank());
  state_->exchange.emplace(channel.gangs().handle, first_tag + static_cast<int>(gang % tags),
                           [state = state_.get(), abandoned] { return state->closing || abandoned(); });
  state_->thread = std::jthread([state = state_.get()] { state->work(); });
}

AllReduce::~AllReduce() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->changed.notify_all();
  state_->thread.join();
  if (!state_->jobs.empty()) keep_for_good(std::move(state_));
}

int AllReduce::place() const {
  return state_->place;
}
int AllReduce::size() const {
  return state_->size;
}

std::uint64_t AllReduce::start(std::span<float> values, std::shared_ptr<void> keep, TransferPrecision precision) {
  const std::lock_guard lock(state_->mutex);
  state_->jobs.push_back({values, std::move(keep), precision});
  state_->changed.notify_all();
  return ++state_->started;
}

void AllReduce::wait(std::uint64_t number) {
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [&] { return state_->problem || state_->summed >= number; });
  if (state_->summed < number) std::rethrow_exception(state_->problem);
}

}  // namespace stormsweep
