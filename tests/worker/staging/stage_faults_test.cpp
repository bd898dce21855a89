#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "tests/worker/staging/stage_scene.hpp"
#include "worker/channel/abandoned.hpp"
#include "worker/staging/stage_folder.hpp"

namespace stormsweep {
namespace {

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
  check(told.find(at[0] + ": cannot be opened on ") != std::string::npos &&
            told.find(" (No such file or directory)\n") != std::string::npos,
        "missing, and where", channel);
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
  const std::string told = refusal(scene);
  check(told.starts_with("data: only 8 of the files are usable; mend the others (" + scene.source(3).string() +
                         ": cannot be opened on ") &&
            told.ends_with(" (No such file or directory), and 1 more)"),
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

}  // namespace

void faults_contract(MpiChannel& channel, const fs::path& folder) {
  abandoned_alone(channel, folder / "alone");
  unusable(channel, folder / "unusable");
  too_few(channel, folder / "few");
  changed_sources(channel, folder / "changed");
  bad_disks(channel, folder / "disks");
}

void refusals_contract(MpiChannel& channel, const fs::path& folder) {
  slow_plans(channel, folder / "slow");
  no_room(channel, folder / "room");
}

}  // namespace stormsweep
