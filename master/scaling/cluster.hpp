#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "search/base/strict_json.hpp"

namespace stormsweep {

/// A number of a machine, and where it is from: who measured it, or that it is assumed.
struct Sourced {
  double value = 0;
  std::string source;
};

/// How ranks are joined. One message takes the latency and its bytes; of many at once each costs `message` beside its
/// bytes, for the rank that sends it.
struct Wire {
  Sourced latency, message;  ///< seconds
  Sourced bandwidth;         ///< bytes a second and direction: within a host of a rank, between hosts of a host
};

/// A machine, as far as weak scaling depends on it. slurm/README.md is the reference of the file.
struct Cluster {
  std::string name, about;
  std::size_t ranks_per_host = 1;
  std::map<std::string, Sourced> flops;  ///< FLOP/s of a rank in training, by precision
  Wire in_host, between_hosts;           ///< in_host: of a host with one rank, all 0
  std::optional<Sourced>
      spread;  ///< standard deviation of a rank's time for a step, as a share; nothing: all take alike
};

/// Throws InputError, as Field does.
Cluster parse_cluster(std::string_view text, const std::string& file);

/// slurm/machines/<name>.json, embedded at build time.
const std::map<std::string, std::string_view>& shipped_clusters();

/// One that ships, by its name, or that of a file. Throws InputError.
Cluster find_cluster(const std::string& name_or_file);

}  // namespace stormsweep
