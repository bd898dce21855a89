#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "search/base/checksum.hpp"
#include "search/base/error.hpp"
#include "tests/text_of.hpp"
#include "tests/worker/channel/check.hpp"
#include "tests/worker/staging/draws.hpp"
#include "worker/channel/relay.hpp"
#include "worker/staging/stager.hpp"

namespace stormsweep {

namespace fs = std::filesystem;
using Numbers = std::set<std::int64_t>;

inline std::uint64_t relays = 0;  ///< relays made so far, the same on all ranks, for their numbers

inline std::vector<int> everyone(const MpiChannel& channel) {
  std::vector<int> ranks;
  for (int rank = 0; rank < channel.size(); ++rank) ranks.push_back(rank);
  return ranks;
}

inline std::vector<std::string> gather(MpiChannel& channel, const std::string& mine) {
  return Relay(channel, everyone(channel), {.number = relays++}).gather(mine);
}

inline void write_file(const fs::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

/// Sizes on both sides of a block, none at all, and small ones; all contents differ.
inline std::string content(std::int64_t number) {
  const std::size_t sizes[] = {0, 1, Relay::block, Relay::block + 1, 2 * Relay::block + 7, 1000, 70'000};
  std::string bytes(sizes[static_cast<std::size_t>(number) % std::size(sizes)], '\0');
  std::mt19937 random(static_cast<unsigned>(number));
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

inline std::string checksum(const std::string& bytes) {
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

inline const std::string not_private =
    ": is not a folder that you alone may write to; remove it, or stage into another folder";

/// In stage_folder_test.cpp; all ranks must call it.
void folder_contract(MpiChannel& channel, const fs::path& folder);

/// In stage_routes_test.cpp.
void routes_contract(const MpiChannel& channel);

/// In stage_faults_test.cpp; all ranks must call it.
void faults_contract(MpiChannel& channel, const fs::path& folder);

/// In stage_faults_test.cpp; in a process of its own, since messages of an abandoned relay that are never received
/// would reach later ones with its number.
void refusals_contract(MpiChannel& channel, const fs::path& folder);

}  // namespace stormsweep
