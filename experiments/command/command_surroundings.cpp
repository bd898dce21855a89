#include "experiments/command/command_surroundings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <nlohmann/json.hpp>
#include <span>
#include <stdexcept>

#include "search/base/file.hpp"
#include "search/base/machine.hpp"
#include "search/base/seed.hpp"
#include "search/base/text.hpp"
#include "search/space/cache_files.hpp"

namespace stormsweep {

namespace {

constexpr std::size_t longest_host_name = 255;           // RFC 1035
constexpr std::uint64_t seeds = std::uint64_t{1} << 31;  // every library takes such a seed

std::uint64_t seed_of(const Experiment& experiment, const Training& training, const RunContext& context) {
  const auto replicate = experiment.find("replicate");
  const Value number = replicate ? training.configuration.values[*replicate] : Value(std::int64_t{0});
  const auto* shift = std::get_if<std::int64_t>(&number);
  return derive_seed(context.seed, "replicate", {static_cast<std::uint64_t>(shift ? *shift : 0)}) % seeds;
}

/// A port that the kernel has just handed out: it is unlikely to hand it out again at once.
int free_port() {
  const Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  socklen_t length = sizeof address;
  if (bind(*socket, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      getsockname(*socket, reinterpret_cast<sockaddr*>(&address), &length) != 0)
    throw std::runtime_error("no free port is to be had for the gang to meet at");
  return ntohs(address.sin_port);
}

/// The number of the device among those that CUDA lets this process see, by the name that a child understands.
std::string visible_device(int index) {
  const std::string_view visible = environment("CUDA_VISIBLE_DEVICES");
  return visible.empty() ? std::to_string(index) : split_list(visible).at(static_cast<std::size_t>(index));
}

/// Whether an earlier start reported more epochs than the training now has: the space had more then, and the state is
/// beyond them.
bool is_beyond(const std::filesystem::path& told, const Training& training) {
  std::ifstream lines(told);
  for (std::string line; std::getline(lines, line);) {
    const auto report = nlohmann::json::parse(line, nullptr, false);
    if (!report.is_object() || !report.contains("epoch") || !report["epoch"].is_number_integer()) continue;
    if (!training.milestones.empty() && report["epoch"].get<std::int64_t>() > training.milestones.back()) return true;
  }
  return false;
}

/// Cuts off the half line of a start that was ended while writing it; makes the file if it is not there.
void end_with_a_line(const std::filesystem::path& file) {
  std::ofstream(file, std::ios::app).flush();
  std::string text = read_file(file, AtomicFile::usual_remedy);
  std::filesystem::resize_file(file, text.rfind('\n') + 1);  // npos + 1 is 0
}

}  // namespace

CommandFolder make_folder(const Experiment& experiment, const Training& training, const RunContext& context) {
  namespace fs = std::filesystem;
  const Configuration last = training.trial(training.trials() - 1, experiment);
  const auto rank = context.gang->size() > 1 ? std::optional(context.gang->rank()) : std::nullopt;
  const Identity trial = identity(last, experiment, context.seed);
  // Trainings of one curve that may run at the same time each have their own checkpoint.
  const Identity key =
      context.one_training_a_curve ? curve_identity(training.configuration, experiment, context.seed) : trial;
  CommandFolder folder{fs::absolute(work_folder(context.cache, context.search, trial, rank)),
                       fs::absolute(checkpoint(checkpoints(context.cache), key,
                                               command_fingerprint(context.fingerprint, context.search)))};
  std::error_code error;
  if (context.gang->rank() == 0 && is_beyond(folder.told(), training)) fs::remove_all(folder.checkpoint, error);
  fs::remove_all(folder.path, error);
  if (!fs::create_directories(folder.path, error))
    refuse_file(folder.path, "the command's folder cannot be made", AtomicFile::usual_remedy);
  if (fs::create_directories(folder.state(), error); error)
    refuse_file(folder.state(), "the command's folder cannot be made", AtomicFile::usual_remedy);
  if (context.gang->rank() == 0) {
    end_with_a_line(folder.told());
    if (fs::create_symlink(folder.told(), folder.report(), error); error)
      refuse_file(folder.report(), "the link to the reports cannot be made",
                  "keep the search on a file system that has links");
  }
  std::ofstream file(folder.configuration());
  file << to_json(last, experiment).dump(2) << '\n';
  if (!file.flush()) refuse_file(folder.configuration(), "cannot be written", AtomicFile::usual_remedy);
  return folder;
}

std::vector<std::string> words_for(const Experiment& experiment, const Configuration& configuration) {
  return words_of(*experiment.command, [&](const std::string& name) {
    return to_string(configuration.values[experiment.find(name).value()]);
  });
}

CommandGang meet(RunGang& gang) {
  if (gang.size() == 1) return {};
  // Each rank's host name and the leader's port as numbers: the sum over the gang tells everyone.
  const std::size_t ranks = static_cast<std::size_t>(gang.size()), words = longest_host_name + 1;
  std::vector<float> told(ranks * words, 0.0F);
  const auto of = [&](std::size_t rank) { return std::span(told).subspan(rank * words, words); };
  const std::string own = host_name();
  const auto mine = of(static_cast<std::size_t>(gang.rank()));
  for (std::size_t i = 0; i < own.size() && i < longest_host_name; ++i)
    mine[i] = static_cast<float>(static_cast<unsigned char>(own[i]));
  if (gang.rank() == 0) mine[longest_host_name] = static_cast<float>(free_port());
  gang.sum(told);
  CommandGang result{gang.rank(), {}, static_cast<int>(told[longest_host_name])};
  for (std::size_t rank = 0; rank < ranks; ++rank) {
    std::string host;
    for (const float letter : of(rank).first(longest_host_name))
      if (const auto c = static_cast<char>(letter)) host += c;
    result.hosts.push_back(host);
  }
  return result;
}

std::map<std::string, std::string> surroundings(const Experiment& experiment, const Training& training,
                                                const RunContext& context, const CommandFolder& folder,
                                                const CommandGang& gang) {
  const auto rank = static_cast<std::size_t>(gang.rank);
  const auto same_host = std::count(gang.hosts.begin(), gang.hosts.begin() + gang.rank, gang.hosts[rank]);
  const bool one_host = std::count(gang.hosts.begin(), gang.hosts.end(), gang.hosts[0]) == std::ssize(gang.hosts);
  std::map<std::string, std::string> added{
      {"STORMSWEEP_CONFIG", folder.configuration().string()},
      {"STORMSWEEP_REPORT", folder.report().string()},
      {"STORMSWEEP_CHECKPOINT", folder.state().string()},
      {"STORMSWEEP_DIRECTORY", experiment.command->directory.string()},
      {"STORMSWEEP_SEED", std::to_string(seed_of(experiment, training, context))},
      {"STORMSWEEP_THREADS", std::to_string(context.threads)},
      {"OMP_NUM_THREADS", std::to_string(context.threads)},
      {"STORMSWEEP_RANK", std::to_string(gang.rank)},
      {"STORMSWEEP_WORLD", std::to_string(gang.hosts.size())},
      {"STORMSWEEP_HOSTS", fmt::format("{}", fmt::join(gang.hosts, ","))},
  };
  for (const auto& [name, path] : context.data) {
    std::string upper = name;
    std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
    added["STORMSWEEP_DATA_" + upper] = path.string();
  }
  if (context.gpu) added["CUDA_VISIBLE_DEVICES"] = visible_device(*context.gpu);
  if (gang.hosts.size() == 1) return added;
  added["RANK"] = std::to_string(gang.rank);
  added["WORLD_SIZE"] = std::to_string(gang.hosts.size());
  added["LOCAL_RANK"] = std::to_string(same_host);
  added["MASTER_ADDR"] = one_host ? "127.0.0.1" : gang.hosts[0];
  added["MASTER_PORT"] = std::to_string(gang.port);
  return added;
}

}  // namespace stormsweep
