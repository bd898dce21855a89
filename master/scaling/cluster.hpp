#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "search/base/strict_json.hpp"

namespace stormsweep {

/// A property of a machine, and its source: who measured it, or that it is assumed.
struct Sourced {
  double value = 0;
  std::string source;
};

/// A network between ranks. A single message takes the latency plus its transfer time; of many messages at once, each
/// costs its sender `message` plus its transfer time.
struct Wire {
  Sourced latency, message;  ///< seconds
  Sourced bandwidth;         ///< bytes per second and direction: of a rank within a host, of a host between hosts
};

/// A machine, as far as weak scaling depends on it. slurm/README.md describes the file.
struct Cluster {
  std::string name, about;
  std::size_t ranks_per_host = 1;
  std::map<std::string, Sourced> flops;  ///< FLOP/s that a rank reaches in training, by precision
  Wire in_host, between_hosts;           ///< in_host: all 0 where a host has one rank
  std::optional<Sourced>
      spread;  ///< standard deviation of a rank's step time, as a share of it; empty: all ranks take the same time
};

/// Throws InputError, as Field does.
Cluster parse_cluster(std::string_view text, const std::string& file);

/// slurm/machines/<name>.json, embedded at build time.
const std::map<std::string, std::string_view>& shipped_clusters();

/// A shipped cluster by its name, or one from a file. Throws InputError.
Cluster find_cluster(const std::string& name_or_file);

}  // namespace stormsweep
