#pragma once

namespace stormsweep {

/// From now on memory that is freed stays with this process, as blocks of a GPU do: the tensors of a step come back in
/// the next, and pages that go to the system in between are cleared and mapped again, which took half of an emulator's
/// step. Nothing where the C library is not GNU's.
void keep_freed_memory();

/// Gives kept memory back, of the GPU and of the machine, so that the next training, or another rank, finds it.
void release_device_memory();

}  // namespace stormsweep
