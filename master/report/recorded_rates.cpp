#include "master/report/recorded_rates.hpp"

#include <algorithm>
#include <boost/math/statistics/univariate_statistics.hpp>
#include <string>
#include <utility>
#include <vector>

#include "master/store/database.hpp"

namespace stormsweep {

namespace {

/// The configuration with defaults for what does not affect the work of a step.
Configuration plain(Configuration configuration, const Experiment& experiment) {
  for (const char* name : {"epochs", "gpus", "replicate"})
    if (const auto place = experiment.find(name))
      configuration.values[*place] = experiment.hyperparameters[*place].fallback;
  return configuration;
}

}  // namespace

std::map<std::size_t, double> recorded_rates(const std::filesystem::path& database, const Experiment& experiment,
                                             const Configuration& configuration) {
  const Configuration wanted = plain(configuration, experiment);
  using Rates = std::map<std::size_t, std::vector<double>>;
  std::map<std::string, Rates> all;  // by device and threads
  SQLite::Database file = open_for_reading(database);
  guarded(database, [&] {
    SQLite::Statement select(
        file,
        "SELECT configuration, gang, samples_per_second, format('%s %s %d', CASE WHEN device LIKE 'cuda%' THEN 'cuda' "
        "ELSE device END, cpu, threads) FROM trials WHERE search IN (SELECT id "
        "FROM searches WHERE experiment = ?) AND status = 'complete' AND samples_per_second > 0");
    SQLite::bind(select, experiment.name);
    while (select.executeStep()) {
      const auto trained = parse_configuration(select.getColumn(0).getString(), experiment);
      if (trained && plain(*trained, experiment) == wanted)
        all[select.getColumn(3).getString()][static_cast<std::size_t>(select.getColumn(1).getInt64())].push_back(
            select.getColumn(2).getDouble());
    }
  });
  const auto rows = [](const auto& machine) {
    std::size_t count = 0;
    for (const auto& [ranks, values] : machine.second) count += values.size();
    return std::pair(machine.second.size(), count);
  };
  const auto most = std::ranges::max_element(all, {}, rows);
  std::map<std::size_t, double> rates;
  if (most != all.end())
    for (auto& [ranks, values] : most->second) rates[ranks] = boost::math::statistics::median(values);
  return rates;
}

}  // namespace stormsweep
