#include "master/cli/network_size.hpp"

#include <nlohmann/json.hpp>

#include "master/loop/launch.hpp"
#include "search/base/error.hpp"
#include "search/base/process.hpp"

namespace stormsweep {

std::optional<std::vector<NetworkSize>> network_sizes(const std::filesystem::path& file, const Space& space,
                                                      const std::vector<Configuration>& configurations) {
  std::vector<std::string> command{launch::worker_program(), "size", file.string()};
  for (const Configuration& configuration : configurations)
    command.push_back(to_json(configuration, *space.experiment).dump());
  int status = 0;
  const std::string text = process::capture(command, status);
  if (status == exit_bad_input) return std::nullopt;
  launch::expect_answer(status, command[0], "telling a network's size");
  std::vector<NetworkSize> sizes;
  for (const auto& json : nlohmann::json::parse(text))
    sizes.push_back({3 * json.at("forward_flops").get<double>(), json.at("buckets").get<std::vector<double>>()});
  return sizes;
}

}  // namespace stormsweep
