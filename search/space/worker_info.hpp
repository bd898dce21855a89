#pragma once

#include <string>

#include "search/base/id.hpp"

namespace stormsweep {

/// Who trained a trial, as the worker introduced itself; part of every row, because results are bit-equal only at the
/// same thread count, gang size and CPU type.
struct WorkerInfo {
  WorkerId id;
  std::string host, device, cpu;  ///< device: "cpu" or "cuda:0"
  std::string versions;           ///< "stormsweep 0.1.0, LibTorch 1.13.1"
  int threads = 1;
  int gang = 1;
  std::string ranks = {};  ///< "3", or of a gang "3,4,7", the leader first

  bool operator==(const WorkerInfo&) const = default;
};

}  // namespace stormsweep
