#include "experiments/torchscript/known_statistics.hpp"

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "experiments/task/made_once.hpp"
#include "search/base/file.hpp"
#include "search/base/seed.hpp"
#include "search/base/strict_json.hpp"

namespace stormsweep {

namespace {

/// The file in the cache; where it does not exist yet, it is made from what `statistics` returns.
std::filesystem::path statistics_file(const TaskContext& context, const std::function<TensorStatistics()>& statistics) {
  const auto make = [&](const std::filesystem::path& path) {
    const TensorStatistics of_train = statistics();
    AtomicFile file(path);
    file.write(nlohmann::json{{"mean", of_train.mean}, {"deviation", of_train.deviation}}.dump());
    file.commit();
  };
  return made_once(context, fmt::format("torchscript-{:016x}.json", derive_seed(0, context.fingerprint)), make);
}

}  // namespace

TensorStatistics known_statistics(const TensorSet& train, const TaskContext& context) {
  const auto path = statistics_file(context, [&] { return scan(train, context.preparing).statistics; });
  const auto json = parse_json(read_file(path, "remove it, and it is made again"), path.string());
  return {json["mean"], json["deviation"], train.input().dim()};
}

void keep_statistics(const TensorStatistics& statistics, const TaskContext& context) {
  statistics_file(context, [&] { return statistics; });
}

}  // namespace stormsweep
