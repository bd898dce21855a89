#pragma once

#include <string>
#include <vector>

#include "search/space/file_stamps.hpp"
#include "search/space/method_settings.hpp"

namespace stormsweep {

/// How a search is run: what the command line and the data say beside the space itself, the same on all ranks.
struct RunSettings {
  std::string directory;             ///< that the space's data paths are relative to
  std::string fingerprint;           ///< of its data
  std::vector<FileStamp> stamps;     ///< of the files that it is trained by, when they were checked; empty: of none
  std::string cache;                 ///< folder for checkpoints, preaugmented data and fresh networks
  double lost_after = 10;            ///< seconds of silence after which either side considers the other dead
  double checkpoint_every = 300;     ///< seconds between checkpoints of a training; 0: none
  bool retry_out_of_memory = false;  ///< with smaller micro-batches, before a trial is out_of_memory
  bool keep_work = false;            ///< commands' work folders stay even where trials are complete
  bool keep_models = false;          ///< trained networks are saved (search/space/cache_files.hpp)
  bool share_epochs = true;          ///< as the master has it, whatever the space says
  bool synchronous = false;          ///< by the synchronous schedule
  std::string stage;                 ///< folder on each machine's own disk for copies of the data; empty: none are made
  bool operator==(const RunSettings&) const = default;
};

/// Whether each rank computes its own share (SynchronousShare) and nobody hands anything out; not with a method that
/// decides from results what to train.
inline bool ranks_take_shares(const RunSettings& settings, const MethodSettings& method) {
  return settings.synchronous && !is_adaptive(method);
}

}  // namespace stormsweep
