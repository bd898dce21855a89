#include "worker/staging/stager.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <sstream>
#include <thread>

#include "search/base/error.hpp"
#include "search/base/time.hpp"
#include "worker/channel/relay.hpp"
#include "worker/staging/stage_exchange.hpp"
#include "worker/staging/stage_folder.hpp"
#include "worker/staging/stage_progress.hpp"
#include "worker/staging/stage_reader.hpp"

namespace stormsweep {

namespace {

using Clock = std::chrono::steady_clock;

/// What a rank tells the others about files: one line for each, by number.
using Reports = std::map<std::int64_t, std::string>;

std::string lines_of(const Reports& reports) {
  std::string lines;
  for (const auto& [number, text] : reports) lines += fmt::format("{} {}\n", number, text);
  return lines;
}

Reports parse_lines(const std::string& lines) {
  Reports reports;
  std::istringstream stream(lines);
  std::int64_t number = 0;
  for (std::string text; stream >> number && stream.get() && std::getline(stream, text);) reports[number] = text;
  return reports;
}

class Stager {
 public:
  Stager(const StagePlan& plan, const std::filesystem::path& folder, Relay& relay, const StageOptions& options)
      : plan_(plan),
        folder_(folder),
        relay_(relay),
        options_(options),
        progress_(options.progress),
        reader_(plan_, folder_, progress_, {options.readers, options.abandoned}) {}

  StageReport run() {
    meet();
    lock();
    folder_.open();
    for (auto numbers = new_ones(); !numbers.empty(); numbers = new_ones()) {
      find(numbers);
      check_room();
      read(numbers);
    }
    settle();
    const ExchangedBytes bytes = exchange_copies(routes_, plan_, folder_, held_, progress_, relay_);
    report_.sent_bytes = bytes.sent, report_.received_bytes = bytes.received;
    conclude();
    return std::move(report_);
  }

  /// Whether all ranks throw the current exception, each by itself, so that nobody needs to be told.
  bool all_throw() const { return all_throw_; }

 private:
  void meet();
  void lock();
  std::vector<std::int64_t> wants(int place, const std::set<std::int64_t>& unusable);
  std::vector<std::int64_t> new_ones();
  void find(const std::vector<std::int64_t>& numbers);
  void check_room();
  void read(const std::vector<std::int64_t>& numbers);
  void settle();
  void conclude();

  bool leads() const { return routes_.mates(relay_.place())[0] == relay_.place(); }
  const std::set<std::int64_t>& wanted_here() const {
    return routes_.wanted[static_cast<std::size_t>(routes_.machines[static_cast<std::size_t>(relay_.place())])];
  }

  const StagePlan& plan_;
  StageFolder folder_;
  Relay& relay_;
  const StageOptions& options_;
  StageProgress progress_;
  StageReader reader_;
  StageReport report_;
  StageRoutes routes_;
  std::string job_;               // a name that no other staging has
  HeldCopies held_;               // by this rank
  Reports unusable_;              // known to all ranks
  std::set<std::int64_t> kept_;   // by this machine, from an earlier job
  std::set<std::int64_t> known_;  // held by somebody, or unusable
  bool all_throw_ = false;
};

/// Ranks that see the same folder are on one machine.
void Stager::meet() {
  std::map<std::string, int> machines;
  const auto all = relay_.gather(fmt::format("{}\n{}", folder_.identity(), getpid()));
  for (const std::string& rank : all) {
    const std::string identity = rank.substr(0, rank.find('\n'));
    routes_.machines.push_back(machines.emplace(identity, static_cast<int>(machines.size())).first->second);
  }
  job_ = fmt::format("{} {}", all[0], options_.number);
  routes_.wanted.resize(machines.size());
  report_.job.machines = static_cast<std::int64_t>(machines.size());
}

/// Locks on all machines or none: two jobs that each held locks the other waits for would wait for ever.
void Stager::lock() {
  std::mt19937 random(std::random_device{}());
  for (;;) {
    const std::string mine = !leads() || folder_.lock(job_) ? "" : "taken";
    const auto all = relay_.gather(mine);
    if (std::all_of(all.begin(), all.end(), [](const std::string& one) { return one.empty(); })) return;
    folder_.unlock();
    if (options_.abandoned && options_.abandoned()) throw Abandoned();  // gathering asks only with other ranks
    std::this_thread::sleep_for(std::chrono::milliseconds(50 + random() % 200));
  }
}

std::vector<std::int64_t> Stager::wants(int place, const std::set<std::int64_t>& unusable) {
  try {
    return plan_.wanted(place, unusable);
  } catch (const InputError& error) {
    all_throw_ = true;
    if (unusable_.empty()) throw;
    const std::string more = unusable_.size() > 1 ? fmt::format(", and {} more", unusable_.size() - 1) : "";
    throw InputError(fmt::format("{} ({}{})", error.what(), unusable_.begin()->second, more));
  }
}

/// Files that are wanted, given those found unusable so far, and that nobody has looked for yet.
std::vector<std::int64_t> Stager::new_ones() {
  std::set<std::int64_t> unusable, all;
  for (const auto& [number, why] : unusable_) unusable.insert(number);
  for (auto& wanted : routes_.wanted) wanted.clear();
  for (std::size_t place = 0; place < routes_.machines.size(); ++place) {
    const auto wanted = wants(static_cast<int>(place), unusable);
    routes_.wanted[static_cast<std::size_t>(routes_.machines[place])].insert(wanted.begin(), wanted.end());
    all.insert(wanted.begin(), wanted.end());
  }
  std::vector<std::int64_t> numbers;
  std::set_difference(all.begin(), all.end(), known_.begin(), known_.end(), std::back_inserter(numbers));
  return numbers;
}

/// Finds what earlier jobs left; the ranks of a machine divide its folder among them.
void Stager::find(const std::vector<std::int64_t>& numbers) {
  const auto mates = routes_.mates(relay_.place());
  std::vector<std::int64_t> mine;
  for (const std::int64_t number : numbers) {
    if (mates[static_cast<std::size_t>(number) % mates.size()] == relay_.place()) mine.push_back(number);
  }
  Reports found;
  for (auto& [number, copy] : reader_.find(mine)) found[number] = "", held_[number] = std::move(copy);
  const auto all = relay_.gather(lines_of(found));
  for (std::size_t place = 0; place < all.size(); ++place) {
    for (const auto& [number, nothing] : parse_lines(all[place])) {
      routes_.holders[number].push_back(static_cast<int>(place));
      if (std::count(mates.begin(), mates.end(), static_cast<int>(place)) > 0) kept_.insert(number);
    }
  }
}

/// Throws unless there is room for all that this machine lacks, as far as sizes are known, before any rank reads
/// anything.
void Stager::check_room() {
  std::int64_t lacking = 0;
  for (const std::int64_t number : wanted_here()) {
    if (!routes_.holders.contains(number) || !routes_.held_beside(relay_.place(), number))
      lacking += plan_.files[static_cast<std::size_t>(number)].bytes;
  }
  folder_.check_room(lacking);
  relay_.gather("");
}

/// Files that no rank has are read by their owners.
void Stager::read(const std::vector<std::int64_t>& numbers) {
  const auto owner = [this](std::int64_t number) { return static_cast<int>(number % relay_.size()); };
  std::vector<std::int64_t> mine;
  for (const std::int64_t number : numbers) {
    if (!routes_.holders.try_emplace(number, 1, owner(number)).second) continue;
    if (owner(number) == relay_.place()) mine.push_back(number);
  }
  progress_.expect(std::ssize(mine) + std::ssize(routes_.fetched(relay_.place())));
  StageReader::Reading reading = reader_.read(mine);
  report_.opened += reading.opened;
  report_.read_bytes += reading.bytes;
  held_.merge(reading.copies);
  for (const std::string& lines : relay_.gather(lines_of(reading.unusable))) unusable_.merge(parse_lines(lines));
  for (const auto& [number, why] : unusable_) routes_.holders.erase(number);
  known_.insert(numbers.begin(), numbers.end());
}

/// The set of files is now final: copies for this machine go to their places before they are sent on.
void Stager::settle() {
  folder_.open();  // rereads the notes, to which mates have added
  for (const std::int64_t number : wanted_here()) {
    const auto found = held_.find(number);
    if (found == held_.end()) continue;
    const std::string& name = plan_.files[static_cast<std::size_t>(number)].name;
    if (found->second.path == folder_.path(name)) continue;
    move_copy(found->second.path, folder_.path(name));
    found->second.path = folder_.path(name);
  }
  relay_.gather("");
}

/// Sums the reports. This waits for all ranks, so whatever mates were to fetch is there afterwards.
void Stager::conclude() {
  report_.wanted = static_cast<std::int64_t>(wanted_here().size());
  report_.kept = std::count_if(wanted_here().begin(), wanted_here().end(),
                               [this](std::int64_t number) { return kept_.contains(number); });
  report_.unusable = unusable_;
  StageReport::Job& job = report_.job;
  job.files = static_cast<std::int64_t>(known_.size() - unusable_.size());
  for (const std::string& counts :
       relay_.gather(fmt::format("{} {} {}", report_.opened, report_.read_bytes, report_.sent_bytes))) {
    std::int64_t opened = 0, read = 0, sent = 0;
    std::istringstream(counts) >> opened >> read >> sent;
    job.opened += opened, job.read_bytes += read, job.sent_bytes += sent;
  }
  if (leads()) folder_.clear_transit();
}

}  // namespace

StageReport stage(MpiChannel& channel, const std::vector<int>& ranks, const std::function<StagePlan()>& make_plan,
                  const std::filesystem::path& folder, const StageOptions& options) {
  const auto began = Clock::now();
  Relay relay(channel, ranks, {options.patience, options.abandoned, options.number});
  StagePlan plan;
  std::optional<Stager> stager;
  try {
    plan = make_plan();
    stager.emplace(plan, folder, relay, options);
    StageReport report = stager->run();
    report.seconds = Seconds(Clock::now() - began).count();
    return report;
  } catch (const MateLost&) {
    throw;
  } catch (const std::exception& error) {
    if (!stager || !stager->all_throw()) relay.fail(error.what());
    throw;
  }
}

}  // namespace stormsweep
