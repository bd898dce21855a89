#include "master/loop/roster.hpp"

#include <string>
#include <utility>

namespace stormsweep {

namespace {

constexpr Seconds worth_a_row{1};

}  // namespace

void Roster::join(WorkerId worker, const wire::Hello& hello) {
  workers_[worker] = {.id = worker,
                      .host = hello.host,
                      .device = hello.device,
                      .cpu = hello.cpu,
                      .versions = hello.versions,
                      .threads = static_cast<int>(hello.threads),
                      .gang = 1,
                      .ranks = std::to_string(worker.value)};
  present_.insert(worker);
}

bool Roster::leave(WorkerId worker) {
  pursuits_.erase(worker);
  return present_.erase(worker) > 0;
}

WorkerInfo Roster::trainer(WorkerId leader, const std::vector<WorkerId>& members) {
  WorkerInfo info = workers_[leader];  // a mate may fail before its leader has joined
  if (members.empty()) return info;
  info.gang = static_cast<int>(members.size());
  info.ranks.clear();
  std::string hosts;
  bool apart = false;
  for (const WorkerId member : members) {
    const std::string comma = info.ranks.empty() ? "" : ",";
    info.ranks += comma + std::to_string(member.value);
    hosts += comma + workers_[member].host;
    apart |= workers_[member].host != info.host;
  }
  if (apart) info.host = hosts;
  return info;
}

void Roster::begin(WorkerId leader, const Training& training, const std::vector<WorkerId>& members, Seconds now) {
  running_[leader] = {.training = training, .members = members, .began = now};
  pursuits_.erase(leader);
  unstored_.emplace_back(now, leader);
}

void Roster::end(WorkerId leader, const Training& training, std::size_t milestone) {
  const auto found = running_.find(leader);
  if (found == running_.end() || found->second.training.id != training.id) return;
  Running& running = found->second;
  running.milestone = milestone + 1;
  if (std::exchange(running.stored, false)) unstored_.emplace_front(running.began, leader);
  if (running.milestone == training.trials()) running_.erase(found);
}

std::vector<wire::Pursuit> Roster::pursuits() const {
  std::vector<wire::Pursuit> told;
  for (const auto& [worker, pursuit] : pursuits_) {
    if (pursuit.work == wire::Work::staging || (pursuit.work != wire::Work::other && running_.contains(worker)))
      told.push_back(pursuit);
  }
  return told;
}

void Roster::forget(const Training& training) {
  std::erase_if(running_, [&](const auto& running) { return running.second.training.id == training.id; });
}

void Roster::each_long_runner(Seconds now, const std::function<void(WorkerId, const Running&)>& each) {
  for (; !unstored_.empty() && now - unstored_.front().first >= worth_a_row; unstored_.pop_front()) {
    const auto [began, leader] = unstored_.front();
    const auto found = running_.find(leader);
    if (found == running_.end() || found->second.began != began || std::exchange(found->second.stored, true)) continue;
    each(leader, found->second);
  }
}

}  // namespace stormsweep
