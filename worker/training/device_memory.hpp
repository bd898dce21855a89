#pragma once

#include <exception>

namespace stormsweep {

/// Whether `error` says that memory ran out: a device's, or the machine's.
bool is_out_of_memory(const std::exception& error);

/// Gives cached blocks of the GPU back, so that the next training finds them; nothing on a CPU.
void release_device_memory();

}  // namespace stormsweep
