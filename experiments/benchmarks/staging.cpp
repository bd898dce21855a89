// The C++ half of staging.py, under MPI: every rank gets its draw of SOURCE's files in TARGET/<rank>, as if the ranks
// were machines. benchmark_staging SOURCE TARGET DRAWS staged|naive; rank 0 prints seconds, and files opened by all.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <random>
#include <stdexcept>

#include "worker/channel/relay.hpp"
#include "worker/staging/stage_folder.hpp"
#include "worker/staging/stager.hpp"

using namespace stormsweep;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

StagePlan make_plan(const fs::path& source, std::int64_t draws) {
  StagePlan plan;
  for (const auto& entry : fs::directory_iterator(source))
    plan.files.push_back({entry.path(), entry.path().filename(), ""});
  std::ranges::sort(plan.files, {}, &StagePlan::File::name);
  plan.wanted = [files = std::ssize(plan.files), draws](int place, const std::set<std::int64_t>&) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(files));
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<std::int64_t>(i);
    std::shuffle(numbers.begin(), numbers.end(), std::mt19937(static_cast<unsigned>(place)));
    numbers.resize(static_cast<std::size_t>(std::min(files, draws)));
    return numbers;
  };
  return plan;
}

/// Copies past the page cache, as if each rank had its own machine: what others have read does not help.
void copy_uncached(const fs::path& from, const fs::path& to) {
  constexpr std::size_t block = std::size_t{1} << 20;
  const std::unique_ptr<char, decltype(&std::free)> buffer(static_cast<char*>(std::aligned_alloc(4096, block)),
                                                           std::free);
  const Descriptor in(open(from.c_str(), O_RDONLY | O_DIRECT)),
      out(open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644));
  for (ssize_t got = 1; got > 0;) {
    got = read(*in, buffer.get(), block);
    if (got < 0 || write(*out, buffer.get(), static_cast<std::size_t>(got)) != got)
      throw std::runtime_error(from.string() + ": cannot be copied");
  }
}

}  // namespace

int main(int, char** words) {
  MpiChannel channel(std::chrono::seconds(60), [] { std::abort(); });
  const StagePlan plan = make_plan(words[1], std::atoll(words[3]));
  std::vector<int> ranks(static_cast<std::size_t>(channel.size()));
  std::iota(ranks.begin(), ranks.end(), 0);
  const fs::path target = fs::path(words[2]) / std::to_string(channel.rank());
  fs::create_directories(target);
  Relay relay(channel, ranks, {.number = 1});
  relay.gather("");
  const auto began = Clock::now();
  std::int64_t opened = 0;
  if (words[4] == std::string("staged")) {
    const auto planned = [&] { return StagePlan(plan); };
    opened = stage(channel, ranks, planned, target / "copies").job.opened;
  } else {
    for (const std::int64_t number : plan.wanted(channel.rank(), {})) {
      const StagePlan::File& file = plan.files[static_cast<std::size_t>(number)];
      copy_uncached(file.source, target / file.name);
      ++opened;
    }
    const auto all = relay.gather(std::to_string(opened));
    opened = 0;
    for (const std::string& count : all) opened += std::stoll(count);
  }
  if (channel.rank() == 0)
    std::printf("%.3f %ld\n", std::chrono::duration<double>(Clock::now() - began).count(), opened);
}
