#pragma once

namespace stormsweep {

/// From now on freed memory stays with this process, as in LibTorch's GPU allocator. Each step allocates the same
/// tensors again; pages returned to the system in between would have to be cleared and mapped again, which took half of
/// an emulator's step. Does nothing unless the C library is GNU's.
void keep_freed_memory();

/// Has the library that multiplies matrices take its memory, which it keeps: OpenBLAS takes it with its first product,
/// and where none is left then, asks for it for ever. Throws InputError where there is none now.
void reserve_product_memory();

/// Gives kept memory back, of the GPU and of the machine, so that the next training, or another rank, finds it.
void release_device_memory();

}  // namespace stormsweep
