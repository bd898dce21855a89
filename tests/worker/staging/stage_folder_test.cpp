#include "worker/staging/stage_folder.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "tests/worker/staging/stage_scene.hpp"

namespace stormsweep {
namespace {

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

}  // namespace

void folder_contract(MpiChannel& channel, const fs::path& folder) {
  locks(channel, folder / "locks" / std::to_string(channel.rank()));
  strangers(channel, folder / "strangers" / std::to_string(channel.rank()));
  two_users(channel, folder / "users");
}

}  // namespace stormsweep
