#include "search/base/file.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <grp.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <functional>
#include <vector>

#include "search/base/error.hpp"
#include "tests/folder.hpp"
#include "tests/refusal.hpp"
#include "tests/text_of.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

std::vector<std::string> calls;  // of fsync and rename, in order
std::size_t deadly_call = 0;     // the number, from 1, of the call at which the process is killed instead

void note(const std::string& call) {
  calls.push_back(call);
  if (calls.size() == deadly_call) raise(SIGKILL);
}

/// Where an open descriptor points to.
fs::path file_of(int descriptor) {
  return fs::read_symlink("/proc/self/fd/" + std::to_string(descriptor));
}

}  // namespace

// The linker uses these in place of the C library's functions: they record the call, then do the same.
extern "C" int fsync(int descriptor) {
  note("fsync " + file_of(descriptor).filename().string());
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

extern "C" int rename(const char* from, const char* to) noexcept {
  note("rename to " + fs::path(to).filename().string());
  return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

namespace {

std::vector<fs::path> files_in(const fs::path& folder) {
  return {fs::directory_iterator(folder), fs::directory_iterator()};
}

/// Does `work` in a child. Returns the signal that ended the child, 0 if it completed.
int in_child(const std::function<void()>& work) {
  const pid_t pid = fork();
  if (pid == 0) {
    work();
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  REQUIRE((WIFSIGNALED(status) || WEXITSTATUS(status) == 0));
  return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

}  // namespace

TEST_CASE("a file appears at its commit, whole, with the rights of any other, and leaves nothing beside it") {
  const TemporaryFolder folder;
  const fs::path path = folder / "a";
  std::ofstream(path) << "old";
  {
    AtomicFile file(path);
    file.write(std::string_view("new, "));
    file.write(std::string_view("and longer"));
    CHECK(text_of(path) == "old");
    file.commit();
    CHECK(text_of(path) == "new, and longer");
  }
  std::ofstream(folder / "b") << "any other";
  CHECK(fs::status(path).permissions() == fs::status(folder / "b").permissions());
  CHECK(files_in(folder.path()).size() == 2);
}

namespace {

constexpr unsigned nobody = 65534;

void rewrite(const fs::path& path) {
  AtomicFile file(path);
  file.write(std::string_view("new"));
  file.commit();
}

struct stat known(const fs::path& path) {
  struct stat found {};
  REQUIRE(lstat(path.c_str(), &found) == 0);
  return found;
}

}  // namespace

TEST_CASE("what takes the place of a file has its rights from the beginning, whatever the umask") {
  const TemporaryFolder folder;
  const fs::path path = folder / "a";
  for (const mode_t rights : {0600, 0664, 0640}) {
    std::ofstream(path) << "old";
    REQUIRE(chmod(path.c_str(), rights) == 0);
    AtomicFile file(path);
    CHECK((known(file.temporary()).st_mode & 0777) == rights);
    file.commit();
    CHECK((known(path).st_mode & 0777) == rights);
  }
}

TEST_CASE("what takes the place of a file has its group, or no rights for ours where we are not in that one") {
  if (geteuid() != 0) return;  // only root may give files away
  const TemporaryFolder folder;
  const fs::path path = folder / "a";
  std::ofstream(path) << "old";
  REQUIRE(chmod(folder.path().c_str(), 0777) == 0);
  REQUIRE(chmod(path.c_str(), 0664) == 0);
  REQUIRE(chown(path.c_str(), 0, 12345) == 0);
  rewrite(path);
  CHECK((known(path).st_gid == 12345 && (known(path).st_mode & 0777) == 0664));
  CHECK(in_child([&] {
          if (setgroups(0, nullptr) != 0 || setgid(nobody) != 0 || setuid(nobody) != 0) _exit(1);
          rewrite(path);
        }) == 0);
  CHECK((known(path).st_gid == nobody && (known(path).st_mode & 0777) == 0604));
}

TEST_CASE("through a link its target is written, whether it exists or not") {
  const TemporaryFolder folder;
  fs::create_directory(folder / "web");
  fs::create_symlink("web/there", folder / "a");
  fs::create_symlink(folder / "a", folder / "web/b");
  for (const fs::path& link : {folder / "a", folder / "web/b"}) {
    rewrite(link);
    CHECK(fs::is_symlink(link));
    CHECK(text_of(folder / "web/there") == "new");
    std::ofstream(folder / "web/there") << "old";
  }
  fs::create_symlink("circle", folder / "circle");
  rewrite(folder / "circle");
  CHECK(text_of(folder / "circle") == "new");
  CHECK(files_in(folder.path()).size() == 3);
}

TEST_CASE("where another user's link is, it is replaced: it may lead to anything of ours") {
  if (geteuid() != 0) return;  // only root may make such a link
  const TemporaryFolder folder;
  std::ofstream(folder / "ours") << "old";
  fs::create_symlink("ours", folder / "a");
  REQUIRE(lchown((folder / "a").c_str(), nobody, nobody) == 0);
  rewrite(folder / "a");
  CHECK(text_of(folder / "ours") == "old");
  CHECK(text_of(folder / "a") == "new");
}

TEST_CASE("a device or pipe is refused, and not replaced") {
  const TemporaryFolder folder;
  const fs::path pipe = folder / "pipe", link = folder / "link";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  fs::create_symlink("pipe", link);
  CHECK_THROWS_WITH_AS(AtomicFile(link, "name a file"),
                       (link.string() + ": is a device, a pipe or a socket; name a file").c_str(), InputError);
  CHECK(fs::is_fifo(pipe));
  CHECK(files_in(folder.path()).size() == 2);
}

TEST_CASE("a file that is not committed leaves what was there, and nothing beside it") {
  const TemporaryFolder folder;
  std::ofstream(folder / "a") << "old";
  {
    AtomicFile file(folder / "a");
    file.write(std::string_view("new"));
    file.sync();
    AtomicFile other(std::move(file));
  }
  CHECK(text_of(folder / "a") == "old");
  CHECK(files_in(folder.path()).size() == 1);
}

TEST_CASE("a commit brings the file to the disk before it is renamed, and its folder after") {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a");
  file.write(std::string_view("new"));
  calls.clear();
  const std::string temporary = file.temporary().filename().string();
  file.commit();
  CHECK(calls ==
        std::vector<std::string>{"fsync " + temporary, "rename to a", "fsync " + folder.path().filename().string()});
}

TEST_CASE("a kill at any moment leaves the old file or the new one, whole") {
  const std::string fresh(100'000, 'n');
  const auto write_half = [&](AtomicFile& file) { file.write(std::string_view(fresh).substr(0, fresh.size() / 2)); };
  int survived_by_old = 0, survived_by_new = 0;
  for (std::size_t moment = 0; moment < 7; ++moment) {
    CAPTURE(moment);
    const TemporaryFolder folder;
    const fs::path path = folder / "a";
    std::ofstream(path) << "old";
    const int signal = in_child([&] {
      calls.clear();
      deadly_call = moment >= 3 ? moment - 2 : 0;
      AtomicFile file(path);
      if (moment == 0) raise(SIGKILL);
      write_half(file);
      if (moment == 1) raise(SIGKILL);
      write_half(file);
      if (moment == 2) raise(SIGKILL);
      file.commit();  // three calls
    });
    CHECK(signal == (moment < 6 ? SIGKILL : 0));
    const std::string left = text_of(path);
    const bool old = left == "old";
    CHECK((old || left == fresh));
    ++(old ? survived_by_old : survived_by_new);
    for (const fs::path& file : files_in(folder.path())) CHECK(AtomicFile::target_of(file) == path);
  }
  CHECK(survived_by_old == 5);  // before it is renamed
  CHECK(survived_by_new == 2);
}

TEST_CASE("a full disk leaves the old file, no temporary one, and an error with path, reason and remedy") {
  const TemporaryFolder folder;
  const fs::path path = folder / "a";
  std::ofstream(path) << "old";
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit full{1000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &full);
  std::string problem;
  try {
    AtomicFile file(path, "buy a disk");
    file.write(std::string(1500, 'n'));
    file.commit();
  } catch (const InputError& error) {
    problem = error.what();
  }
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  CHECK(problem == path.string() + ": cannot be written (File too large); buy a disk");
  CHECK(text_of(path) == "old");
  CHECK(files_in(folder.path()).size() == 1);
}

TEST_CASE("what cannot be made or replaced is refused with the reason") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH_AS(
      AtomicFile(folder / "no/a", "make it"),
      ((folder / "no/a").string() + ": cannot be written (No such file or directory); make it").c_str(), InputError);
  fs::create_directory(folder / "a");
  AtomicFile file(folder / "a", "move it");
  CHECK_THROWS_WITH_AS(
      file.commit(), ((folder / "a").string() + ": cannot be replaced (Is a directory); move it").c_str(), InputError);
}

TEST_CASE("a refusal of a file has errno's reason if there is one, and what helps against that") {
  const auto refused = [](int reason) {
    errno = reason;
    return refusal([] { refuse_file("/a", "cannot be read", "fetch it again"); });
  };
  CHECK(refused(ENOENT) == "/a: cannot be read (No such file or directory); fetch it again");
  CHECK(refused(EMFILE) == "/a: cannot be read (Too many open files); raise `ulimit -n`");
  CHECK(refused(EIO) == "/a: cannot be read (Input/output error); look at its disk");
  CHECK(refused(0) == "/a: cannot be read; fetch it again");
}

TEST_CASE("a file appears in a folder that may be written to, but not read") {
  if (geteuid() != 0) return;  // only root may be another user, and it may read every folder itself
  const TemporaryFolder folder;
  fs::permissions(folder.path(), fs::perms(0711));
  fs::create_directory(folder / "inbox");
  fs::permissions(folder / "inbox", fs::perms(0333));
  REQUIRE(seteuid(65534) == 0);
  const std::string message = refusal([&] {
    AtomicFile file(folder / "inbox/a");
    file.write(std::string_view("whole"));
    file.commit();
  });
  REQUIRE(seteuid(0) == 0);
  CHECK(message.empty());
  CHECK(text_of(folder / "inbox/a") == "whole");
}

TEST_CASE("a library may write the temporary file, of a name that is given") {
  const TemporaryFolder folder;
  AtomicFile file(folder / "a", folder / "a.partial", AtomicFile::usual_remedy);
  std::ofstream(file.temporary()) << "by a library";
  file.commit();
  CHECK(text_of(folder / "a") == "by a library");
  CHECK_FALSE(fs::exists(folder / "a.partial"));
}

TEST_CASE("the temporary file of a dead process names its target, and no other file is taken for one") {
  const TemporaryFolder folder;
  AtomicFile file(folder / "net.pt");
  CHECK(AtomicFile::target_of(file.temporary()) == folder / "net.pt");
  for (const char* other : {"net.pt", "net.new", "net.pt.0123.new", "net.pt.0123456g.new", ".01234567.new"})
    CHECK(AtomicFile::target_of(other) == other);
}

TEST_CASE("one process has a lock, others wait or do without, and its death frees it") {
  const TemporaryFolder folder;
  const fs::path path = folder / "lock";
  int ready[2], done[2];
  REQUIRE(pipe(ready) == 0);
  REQUIRE(pipe(done) == 0);
  const pid_t holder = fork();
  if (holder == 0) {
    FileLock lock(path, "");
    lock.sign("the child");
    (void)!write(ready[1], "x", 1);
    for (char byte;;) (void)!read(done[0], &byte, 1);
  }
  char byte = 0;
  REQUIRE(read(ready[0], &byte, 1) == 1);
  CHECK_FALSE(FileLock::attempt(path, ""));
  CHECK(text_of(path) == "the child");

  // A waiting process gets the lock once the holder is dead, and not before.
  const pid_t waiter = fork();
  if (waiter == 0) {
    const FileLock lock(path, "");
    _exit(FileLock::attempt(path, "") ? 1 : 0);
  }
  CHECK(waitpid(waiter, nullptr, WNOHANG) == 0);
  CHECK(kill(holder, SIGKILL) == 0);
  CHECK(waitpid(holder, nullptr, 0) == holder);
  int status = -1;
  CHECK(waitpid(waiter, &status, 0) == waiter);
  CHECK(status == 0);

  auto mine = FileLock::attempt(path, "");
  REQUIRE(mine);
  mine->sign("me");
  CHECK(text_of(path) == "me");
  for (const int end : {ready[0], ready[1], done[0], done[1]}) close(end);
}

TEST_CASE("a lock that cannot be had is refused with the remedy") {
  CHECK_THROWS_WITH_AS(FileLock("/proc/no/lock", "choose another folder"),
                       "/proc/no/lock: cannot be locked (No such file or directory); choose another folder",
                       InputError);
}
