#pragma once

#include "experiments/task/task.hpp"

namespace stormsweep {

/// For experiments whose data are one file per split: every machine wants every file. The copy of the file of "train"
/// is named train, with the file's ending.
StagePlan stage_whole_files(const Space& space, const TaskContext& context, int places);

}  // namespace stormsweep
