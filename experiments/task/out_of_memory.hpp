#pragma once

#include <exception>
#include <string_view>

namespace stormsweep {

/// Whether `error` says that memory ran out: a device's, or the machine's.
bool is_out_of_memory(const std::exception& error);

/// The same of what an exception said, where its type is lost: TorchScript's interpreter passes on the text alone.
bool tells_out_of_memory(std::string_view message);

}  // namespace stormsweep
