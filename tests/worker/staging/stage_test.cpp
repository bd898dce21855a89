// Staging under real ranks: every check is made on every rank, and the process fails if one fails anywhere.
//   test_stage RANKS FOLDER              the contract; ranks are machines of their own by having folders of their own
//   test_stage RANKS FOLDER refusals     of it, what ranks refuse or are slow at
//   test_stage job SOURCE TARGET DRAWS   stages a draw of SOURCE's files to TARGET/<rank>/copies; rank 0 tells the sums
#include "worker/staging/stager.hpp"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "tests/worker/staging/stage_scene.hpp"

using namespace stormsweep;

namespace {

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
  folder_contract(channel, folder);
  routes_contract(channel);
  subsets(channel, folder / "subsets");
  shared_machines(channel, folder / "machines");
  whole(channel, folder / "whole", 1);
  whole(channel, folder / "whole of two", 2);
  faults_contract(channel, folder);
  gather(channel, "");
  if (failures == 0) std::printf("rank %d of %d: all held\n", channel.rank(), channel.size());
  return failures == 0 ? 0 : 1;
}

int refusals(MpiChannel& channel, const fs::path& folder) {
  refusals_contract(channel, folder);
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
