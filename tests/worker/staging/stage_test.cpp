// Staging under real ranks: every check is made on every rank, and the process fails if one fails anywhere.
//   test_stage RANKS FOLDER              the contract; ranks are machines of their own by having folders of their own
//   test_stage RANKS FOLDER refusals     of it, what ranks refuse or are slow at
//   test_stage job SOURCE TARGET DRAWS   stages a draw of SOURCE's files to TARGET/<rank>/copies; rank 0 tells the sums
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "tests/text_of.hpp"
#include "tests/worker/channel/check.hpp"
#include "tests/worker/staging/draws.hpp"
#include "worker/channel/abandoned.hpp"
#include "worker/channel/relay.hpp"
#include "worker/staging/stage_exchange.hpp"
#include "worker/staging/stage_folder.hpp"
#include "worker/staging/stager.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;
using Numbers = std::set<std::int64_t>;

namespace {

std::uint64_t relays = 0;  // relays made so far, the same on all ranks, for their numbers

std::vector<int> everyone(const MpiChannel& channel) {
  std::vector<int> ranks;
  for (int rank = 0; rank < channel.size(); ++rank) ranks.push_back(rank);
  return ranks;
}

std::vector<std::string> gather(MpiChannel& channel, const std::string& mine) {
  return Relay(channel, everyone(channel), {.number = relays++}).gather(mine);
}

void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Sizes on both sides of a block, none at all, and small ones; all contents differ.
std::string content(std::int64_t number) {
  const std::size_t sizes[] = {0, 1, Relay::block, Relay::block + 1, 2 * Relay::block + 7, 1000, 70'000};
  std::string bytes(sizes[static_cast<std::size_t>(number) % std::size(sizes)], '\0');
  std::mt19937 random(static_cast<unsigned>(number));
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string checksum(const std::string& bytes) {
  Checksum sum;
  sum.add(std::as_bytes(std::span(bytes)));
  return sum.digits();
}

/// Files on a shared file system, and a folder for every machine.
class Scene {
 public:
  Scene(MpiChannel& channel, const fs::path& folder, std::int64_t files, std::int64_t draws)
      : here(channel.rank()), channel_(channel), folder_(folder) {
    if (channel.rank() == 0) fs::create_directories(folder / "source"), fs::create_directories(folder / "machines");
    ranks = everyone(channel);
    for (std::int64_t number = 0; number < files; ++number) {
      plan.files.push_back({source(number), "split/" + std::to_string(number) + ".h5", checksum(content(number))});
      if (channel.rank() == 0) write_file(source(number), content(number));
    }
    plan.wanted = [=](int place, const Numbers& unusable) { return draw(files, draws, place, unusable); };
    meet();
  }

  fs::path source(std::int64_t number) const { return folder_ / "source" / (std::to_string(number) + ".h5"); }
  fs::path machine(int number) const { return folder_ / "machines" / std::to_string(number); }
  fs::path copy(std::int64_t number) const { return machine(here) / plan.files[static_cast<std::size_t>(number)].name; }
  void meet() { gather(channel_, ""); }
  StageReport stage() {
    told.clear();
    const auto tell = [this](std::int64_t done, std::int64_t all) { told.emplace_back(done, all); };
    return stormsweep::stage(channel_, ranks, [this] { return plan; }, machine(here),
                             {.progress = tell, .number = relays++});
  }
  Numbers wanted(int place, const Numbers& unusable = {}) const {
    const auto numbers = plan.wanted(place, unusable);
    return {numbers.begin(), numbers.end()};
  }

  /// What is under its name in this machine's folder, all of it as it should be.
  Numbers copies() const {
    Numbers numbers;
    for (const auto& entry : fs::directory_iterator(machine(here) / "split")) {
      const std::int64_t number = std::stoll(entry.path().stem());
      numbers.insert(text_of(entry.path()) == content(number) ? number : -1);
    }
    return numbers;
  }

  StagePlan plan;
  std::vector<std::pair<std::int64_t, std::int64_t>> told;  ///< by the last staging: bytes done, of how many
  std::vector<int> ranks;
  int here;  ///< number of this rank's machine

 private:
  MpiChannel& channel_;
  fs::path folder_;
};

const std::string not_private =
    ": is not a folder that you alone may write to; remove it, or stage into another folder";

/// Why a folder takes no copies; empty where it does.
std::string refusal(const fs::path& folder) {
  try {
    StageFolder made(folder);
  } catch (const InputError& error) {
    return error.what();
  }
  return {};
}

fs::perms mode(const fs::path& path) {
  return fs::status(path).permissions();
}

/// Folders that others have made or may write to are refused before anything in them is touched.
void strangers(const MpiChannel& channel, const fs::path& folder) {
  const auto all = fs::perms::all, sticky = fs::perms::all | fs::perms::sticky_bit;
  fs::create_directories(folder / "trap");
  write_file(folder / "precious", "text");
  for (const char* name : {".lock", ".notes"}) fs::create_symlink(folder / "precious", folder / "trap" / name);
  fs::permissions(folder / "trap", all);
  check(refusal(folder / "trap") == (folder / "trap").string() + not_private, "what all may write to", channel);
  fs::create_directory_symlink(folder, folder / "link");
  check(refusal(folder / "link") == (folder / "link").string() + not_private, "a link", channel);
  check(text_of(folder / "precious") == "text", "is left as it is", channel);

  check(refusal(folder / "new").empty() && mode(folder / "new") == fs::perms::owner_all, "is private", channel);
  fs::permissions(folder, all);
  check(refusal(folder / "new").find(": all users may exchange the copies in it; ") != std::string::npos, "why",
        channel);
  fs::permissions(folder, sticky);
  check(refusal(folder / "new").empty(), "none may in a folder with the sticky bit", channel);
  fs::permissions(folder, fs::perms::owner_all | fs::perms::group_all);
  check(refusal(folder / "new").empty(), "a group is trusted", channel);
}

/// Two users of a machine have the same data and the same folder for them, which is open to all.
void two_users(MpiChannel& channel, const fs::path& folder) {
  constexpr uid_t other = 65534;
  Scene scene(channel, folder, 3, 3);
  const fs::path shared = folder / "machines";
  fs::permissions(shared, fs::perms::all | fs::perms::sticky_bit);
  const auto staged = [&] {
    const fs::path copies = StageFolder::of_user(shared, "f" + std::to_string(channel.rank()));
    stage(channel, {channel.rank()}, [&] { return scene.plan; }, copies, {.number = relays++});
    return text_of(copies / scene.plan.files[2].name);
  };
  check(staged() == content(2), "one user stages", channel);
  if (geteuid() != 0) return void(std::printf("SKIPPED: only root can be two users\n"));
  check(seteuid(other) == 0, "another", channel);
  check(staged() == content(2), "does too", channel);
  check(seteuid(0) == 0, "and goes", channel);
  const fs::path theirs = shared / fmt::format("f{}-{}", channel.rank(), other);
  check(refusal(theirs) == theirs.string() + not_private, "whose folder is no other's", channel);
  check(refusal(theirs / "below") ==
            theirs.string() +
                ": another user, whose it is, may exchange the copies in it; stage into a folder of your "
                "own, or into one of root's that has the sticky bit, such as /tmp",
        "nor what is below it", channel);
  scene.meet();
}

/// Two jobs that stage into one folder, and two machines of one job that do so on a shared file system.
void locks(const MpiChannel& channel, const fs::path& folder) {
  StageFolder first(folder), second(folder);
  check(first.identity() == second.identity(), "one folder is one machine", channel);
  check(first.lock("a") && !second.lock("b"), "one job at a time", channel);
  std::string told;
  try {
    second.lock("a");
  } catch (const InputError& error) {
    told = error.what();
  }
  check(told == folder.string() + ": several machines see this folder; stage into one on each machine's own disk",
        "a folder that machines share is refused", channel);
  first.unlock();
  check(second.lock("b"), "when it has ended, the other", channel);
}

/// A single rank that waits for a folder of another job gives up when told to.
void abandoned_alone(MpiChannel& channel, const fs::path& folder) {
  Scene scene(channel, folder, 3, 3);
  StageFolder other(scene.machine(scene.here));
  check(other.lock("of another job"), "another job holds the folder", channel);
  int asked = 0;
  bool left = false;
  try {
    stage(channel, {channel.rank()}, [&] { return scene.plan; }, scene.machine(scene.here),
          {.abandoned = [&] { return ++asked > 1; }, .number = relays++});
  } catch (const Abandoned&) {
    left = true;
  }
  check(left, "it is left alone", channel);
  other.unlock();
  scene.meet();
}

/// A rank that takes longer than the patience to list its files is not taken for dead; one that cannot list them
/// reports why.
void slow_plans(MpiChannel& channel, const fs::path& folder) {
  Scene scene(channel, folder, 3, 3);
  const auto plan = [&](bool sound) {
    if (channel.rank() == 1) std::this_thread::sleep_for(Seconds(1.2));
    if (channel.rank() == 1 && !sound) throw InputError("/data: has no files; name another folder");
    return scene.plan;
  };
  const auto staging = [&](bool sound) -> std::string {
    try {
      stage(channel, scene.ranks, [&] { return plan(sound); }, scene.machine(scene.here),
            {.patience = Seconds(0.4), .number = relays++});
    } catch (const std::runtime_error& error) {
      return error.what();
    }
    return {};
  };
  check(staging(true).empty() && scene.copies().size() == 3, "who lists files is not taken for dead", channel);
  check(staging(false).ends_with("/data: has no files; name another folder"), "who cannot tells its mates", channel);
}

/// Brute-force check of the shipments: after them every machine has what it wants, each file once, from a holder.
void routes(const MpiChannel& channel) {
  std::mt19937 random(1);
  bool right = true;
  for (int round = 0; round < 200; ++round) {
    StageRoutes routes;
    const int places = 1 + static_cast<int>(random() % 7), files = 20;
    int machines = 0;
    for (int place = 0; place < places; ++place)
      routes.machines.push_back(random() & 1 && place > 0 ? place % machines : machines++);
    routes.wanted.resize(static_cast<std::size_t>(machines));
    std::multiset<std::pair<int, std::int64_t>> expected, arrived;
    for (std::int64_t number = 0; number < files; ++number) {
      routes.holders[number] = {static_cast<int>(random() % static_cast<unsigned>(places))};
      for (const int machine : std::set<int>(routes.machines.begin(), routes.machines.end())) {
        if (number % 4 == 0 || random() % 3 == 0) routes.wanted[static_cast<std::size_t>(machine)].insert(number);
        const auto holder = static_cast<std::size_t>(routes.holders[number][0]);
        if (routes.wanted[static_cast<std::size_t>(machine)].contains(number) && routes.machines[holder] != machine)
          expected.emplace(machine, number);
      }
    }
    for (int place = 0; place < places; ++place) {
      const auto ring = routes.ring(place);
      if (!ring) continue;
      for (const std::int64_t number : ring->handed) arrived.emplace(routes.machine(ring->to), number);
      const auto next = routes.ring(ring->to);
      right &= next && next->from == place && next->fetched == ring->handed;
    }
    routes.leave_to_rings();
    for (int from = 0; from < places; ++from) {
      for (int to = 0; to < places; ++to) {
        for (const std::int64_t number : routes.shipment(from, to)) {
          arrived.emplace(routes.machines[static_cast<std::size_t>(to)], number);
          right &= routes.holders[number][0] == from && from != to;
        }
      }
    }
    right &= arrived == expected;
  }
  check(right, "every machine gets what it lacks, once, from who has it", channel);
}

/// Whether reported progress only increased, and ended at `bytes` of `bytes`.
bool tells(const std::vector<std::pair<std::int64_t, std::int64_t>>& told, std::int64_t bytes) {
  const bool forward = std::is_sorted(told.begin(), told.end(), [](auto& a, auto& b) { return a.first < b.first; });
  return forward && !told.empty() && told.back() == std::pair(bytes, bytes);
}

void subsets(MpiChannel& channel, const fs::path& folder) {
  Scene scene(channel, folder, 40, 12);
  Numbers all;
  for (int place = 0; place < channel.size(); ++place) all.merge(scene.wanted(place));
  const StageReport report = scene.stage();
  check(scene.copies() == scene.wanted(channel.rank()), "a rank has what it drew, and nothing else", channel);
  check(report.job.opened == static_cast<std::int64_t>(all.size()), "each file is opened once in the job", channel);
  check(report.job.files == report.job.opened && report.job.machines == channel.size(), "all told", channel);
  check(report.wanted == 12 && report.kept == 0 && report.unusable.empty(), "and of this rank", channel);
  check(!fs::exists(scene.machine(scene.here) / ".transit"), "nothing that passed through is left", channel);

  check(tells(scene.told, report.read_bytes + report.received_bytes), "it tells its bytes", channel);

  const StageReport again = scene.stage();
  std::int64_t own = 0;
  for (const std::int64_t number : scene.wanted(channel.rank()))
    own += static_cast<std::int64_t>(content(number).size());
  check(tells(scene.told, own), "and those that it only looks at", channel);
  check(again.job.opened == 0 && again.kept == 12 && again.received_bytes == 0, "the next job opens none", channel);
  check(scene.copies() == scene.wanted(channel.rank()), "and has them all", channel);

  // Copies that a disk has corrupted or lost come from another machine, or are read again.
  const std::int64_t spoilt = *scene.wanted(channel.rank()).begin(), gone = *scene.wanted(channel.rank()).rbegin();
  write_file(scene.copy(spoilt), std::string(content(spoilt).size(), 'x') + (content(spoilt).empty() ? "x" : ""));
  fs::remove(scene.copy(gone));
  const StageReport mended = scene.stage();
  check(mended.kept == 10 && scene.copies() == scene.wanted(channel.rank()), "what is not sound is replaced", channel);
  check(mended.job.opened <= 2 * channel.size(), "and no more than that is opened", channel);
}

/// Two ranks per machine: what both want is fetched once, and nothing is sent from a machine to itself.
void shared_machines(MpiChannel& channel, const fs::path& folder) {
  Scene scene(channel, folder, 40, 15);
  scene.here = channel.rank() / 2;
  Numbers wanted = scene.wanted(2 * scene.here);
  wanted.merge(scene.wanted(2 * scene.here + 1));
  std::int64_t lacking = 0;
  for (const std::int64_t number : wanted) {
    if (static_cast<int>(number % channel.size()) / 2 != scene.here)
      lacking += static_cast<std::int64_t>(content(number).size());
  }
  const StageReport report = scene.stage();
  check(scene.copies() == wanted, "a machine has what its ranks drew", channel);
  check(report.job.machines == channel.size() / 2, "ranks that see one folder are on one machine", channel);
  std::int64_t received = 0;
  const auto all = gather(channel, std::to_string(report.received_bytes));
  for (int mate = 2 * scene.here; mate < 2 * scene.here + 2; ++mate)
    received += std::stoll(all[static_cast<std::size_t>(mate)]);
  check(received == lacking, "it fetches what it lacks, once", channel);
  check(scene.stage().kept == static_cast<std::int64_t>(wanted.size()), "both find what is there", channel);
}

/// "data" or "mate", by the kind of exception, and its message; empty if none was thrown.
std::string refusal(Scene& scene) {
  try {
    scene.stage();
  } catch (const InputError& error) {
    return std::string("data: ") + error.what();
  } catch (const MateLost& error) {
    return std::string("mate: ") + error.what();
  }
  return {};
}

/// Files that all machines want go around: no machine sends any twice, whichever machine had them before.
void whole(MpiChannel& channel, const fs::path& folder, int ranks_of_a_machine) {
  constexpr std::int64_t files = 14;
  Scene scene(channel, folder, files, files);
  scene.here = channel.rank() / ranks_of_a_machine;
  std::int64_t all = 0;
  for (std::int64_t number = 0; number < files; ++number) all += static_cast<std::int64_t>(content(number).size());
  const StageReport report = scene.stage();
  check(scene.copies().size() == files && report.job.opened == files, "all are everywhere, opened once", channel);
  check(report.sent_bytes <= all, "nobody sends a copy twice", channel);
  check(tells(scene.told, report.read_bytes + report.received_bytes), "its bytes are told", channel);
  scene.meet();
  const int machines = channel.size() / ranks_of_a_machine;
  if (channel.rank() % ranks_of_a_machine == 0 && machines > 1) {
    for (std::int64_t number = 0; number < files; ++number)
      if (number % machines != scene.here) fs::remove(scene.copy(number));
  }
  scene.meet();
  const StageReport mended = scene.stage();
  check(scene.copies().size() == files && mended.job.opened == 0, "from who has them, too", channel);
  check(mended.sent_bytes <= all, "without a detour", channel);
}

/// If a disk has no room for the copies, they are refused before anything is read.
void no_room(MpiChannel& channel, const fs::path& folder) {
  Scene scene(channel, folder, 6, 6);
  scene.plan.files[2].bytes = std::int64_t{1} << 60;
  const std::string told = refusal(scene);
  check(told.find(": copies of 1.15e+09 GB are to come here, and its file system has ") != std::string::npos, "why",
        channel);
  check(told.ends_with(" GB free; free some space there, or stage into another folder"), "and what helps", channel);
  check(fs::is_empty(scene.machine(scene.here) / ".transit"), "nothing is read", channel);
  scene.meet();
}

/// One file is missing, one truncated, one has a flipped byte, one is refused by the reader of its format.
void unusable(MpiChannel& channel, const fs::path& folder) {
  Scene scene(channel, folder, 30, 10);
  const Numbers drawn = scene.wanted(0);
  const std::vector<std::int64_t> bad(drawn.begin(), std::next(drawn.begin(), 4));
  if (channel.rank() == 0) {
    fs::remove(scene.source(bad[0]));
    write_file(scene.source(bad[1]), content(bad[1]) + "more");
    write_file(scene.source(bad[2]), "other");
    write_file(scene.source(bad[3]), "not HDF5");
  }
  scene.plan.files[static_cast<std::size_t>(bad[3])].checksum.clear();
  scene.plan.verify = [](const fs::path& path) {
    if (text_of(path) == "not HDF5") throw InputError(path.string() + ": is not HDF5; remove it");
  };
  scene.meet();
  const StageReport report = scene.stage();
  const Numbers known_bad(bad.begin(), bad.end());
  check(scene.copies() == scene.wanted(channel.rank(), known_bad), "others are drawn instead", channel);
  std::string told;
  Numbers numbers;
  for (const auto& [number, why] : report.unusable) numbers.insert(number), told += why + '\n';
  const std::string at[] = {scene.source(bad[0]), scene.source(bad[1]), scene.source(bad[2]), scene.source(bad[3])};
  check(told.find(at[0] + ": cannot be opened (No such file or directory)\n") != std::string::npos, "missing", channel);
  check(told.find(at[1] + ": its checksum is ") != std::string::npos, "too long", channel);
  check(told.find(at[2] + ": its checksum is " + checksum("other") + ", but was " + checksum(content(bad[2]))) !=
            std::string::npos,
        "other bytes", channel);
  check(told.find(at[3] + ": is not HDF5; remove it\n") != std::string::npos, "refused, by its own path", channel);
  check(numbers == known_bad, "and no more are told", channel);
  check(gather(channel, told) == std::vector<std::string>(scene.ranks.size(), told), "all ranks alike", channel);
}

void too_few(MpiChannel& channel, const fs::path& folder) {
  Scene scene(channel, folder, 10, 9);
  if (channel.rank() == 0) fs::remove(scene.source(3)), fs::remove(scene.source(4));
  scene.meet();
  check(refusal(scene) == "data: only 8 of the files are usable; mend the others (" + scene.source(3).string() +
                              ": cannot be opened (No such file or directory), and 1 more)",
        "too few are told", channel);
}

/// Without checksums, a copy of a source that was rewritten since is not used.
void changed_sources(MpiChannel& channel, const fs::path& folder) {
  Scene scene(channel, folder, 12, 12);
  for (StagePlan::File& file : scene.plan.files) file.checksum.clear();
  check(scene.stage().job.opened == 12, "all are opened", channel);
  check(scene.stage().job.opened == 0, "none again", channel);
  scene.meet();
  const fs::path written = scene.source(6);
  if (channel.rank() == 0) fs::last_write_time(written, fs::last_write_time(written) + std::chrono::seconds(1));
  scene.meet();
  check(scene.stage().job.opened == 1, "but for the one that was written since", channel);
}

/// The last rank's disk takes no more than 64 KiB of a file (as a full one takes none), then no folder at all.
void bad_disks(MpiChannel& channel, const fs::path& folder) {
  Scene scene(channel, folder, 20, 20);
  const int last = channel.size() - 1;
  const bool mine = channel.rank() == last;
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit little{1 << 16, before.rlim_max};
  if (mine) setrlimit(RLIMIT_FSIZE, &little);
  const std::string full = refusal(scene);
  setrlimit(RLIMIT_FSIZE, &before);
  const std::string who = mine ? "data: " : "mate: rank " + std::to_string(last) + ": ";
  const std::string remedy = "; free some space there, or stage into another folder";
  check(full.starts_with(who) && full.ends_with(" (File too large)" + remedy), "a full disk is told by all", channel);
  for (const auto& entry : fs::directory_iterator(scene.machine(channel.rank()))) {
    if (entry.path().filename() == "split") scene.copies().contains(-1) ? check(false, "torn", channel) : void();
  }

  const fs::path file = scene.machine(last).string() + "-is-a-file";
  if (mine) write_file(file, "");
  scene.meet();
  const auto machine = scene.here;
  if (mine) fs::remove_all(scene.machine(last)), fs::rename(file, scene.machine(last));
  const std::string unfit = refusal(scene);
  check(unfit == who + scene.machine(last).string() + not_private, "so is a folder that cannot be made", channel);
  if (mine) fs::remove(scene.machine(machine));
  scene.meet();
  check(refusal(scene).empty() && scene.copies().size() == 20, "then all goes well", channel);
}

/// Peak memory of this process in kilobytes.
long peak_memory() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

void bounded_memory(MpiChannel& channel, const fs::path& folder) {
  Scene scene(channel, folder, 1, 1);
  if (channel.rank() == 0) fs::resize_file(scene.source(0), 200'000'000);
  scene.plan.files[0].checksum.clear();
  scene.meet();
  const long before = peak_memory();
  const StageReport report = scene.stage();
  const long growth = peak_memory() - before;
  if (channel.rank() < 2)
    std::printf("rank %d: 200 MB in %.2f s, %ld KiB more\n", channel.rank(), report.seconds, growth);
  check(fs::file_size(scene.copy(0)) == 200'000'000, "a large file arrives", channel);
  check(growth < 64 * 1024, "in little memory", channel);
  check(report.sent_bytes <= 200'000'000, "and nobody sends it to several machines", channel);
}

int contract(MpiChannel& channel, const fs::path& folder) {
  bounded_memory(channel, folder / "memory");  // first, because it measures the peak
  locks(channel, folder / "locks" / std::to_string(channel.rank()));
  strangers(channel, folder / "strangers" / std::to_string(channel.rank()));
  two_users(channel, folder / "users");
  abandoned_alone(channel, folder / "alone");
  routes(channel);
  subsets(channel, folder / "subsets");
  shared_machines(channel, folder / "machines");
  whole(channel, folder / "whole", 1);
  whole(channel, folder / "whole of two", 2);
  unusable(channel, folder / "unusable");
  too_few(channel, folder / "few");
  changed_sources(channel, folder / "changed");
  bad_disks(channel, folder / "disks");
  gather(channel, "");
  if (failures == 0) std::printf("rank %d of %d: all held\n", channel.rank(), channel.size());
  return failures == 0 ? 0 : 1;
}

/// In a process of its own: messages of an abandoned relay that are never received would reach later ones with its
/// number.
int refusals(MpiChannel& channel, const fs::path& folder) {
  slow_plans(channel, folder / "slow");
  no_room(channel, folder / "room");
  return failures == 0 ? 0 : 1;
}

int job(MpiChannel& channel, const fs::path& source, const fs::path& target, std::int64_t draws) {
  StagePlan plan;
  for (const auto& entry : fs::directory_iterator(source))
    plan.files.push_back({entry.path(), entry.path().filename(), ""});
  std::ranges::sort(plan.files, {}, &StagePlan::File::name);
  plan.wanted = [&](int place, const Numbers& unusable) {
    return draw(static_cast<std::int64_t>(plan.files.size()), draws, place, unusable);
  };
  try {
    const auto planned = [&] { return plan; };
    const StageReport report =
        stage(channel, everyone(channel), planned, target / std::to_string(channel.rank()) / "copies");
    if (channel.rank() == 0) std::printf("%ld files, %ld opened\n", report.job.files, report.job.opened);
  } catch (const InputError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::_Exit(2);
  } catch (const MateLost&) {
    std::_Exit(3);
  }
  return 0;
}

}  // namespace

int main(int count, char** words) {
  MpiChannel channel(std::chrono::seconds(60), [] { std::abort(); });
  if (words[1] == std::string("job")) return job(channel, words[2], words[3], std::atoll(words[4]));
  check(channel.size() == std::atoi(words[1]), "under as many ranks as the test asks for", channel);
  return (count > 3 ? refusals : contract)(channel, words[2]);
}
