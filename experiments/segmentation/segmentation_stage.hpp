#pragma once

#include "experiments/task/task.hpp"

namespace stormsweep {

/// Each machine wants the files that its ranks may have to train and evaluate on, after the draw of `samples`.
StagePlan stage_segmentation(const Space& space, const TaskContext& context, int places);

}  // namespace stormsweep
