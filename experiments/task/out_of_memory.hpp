#pragma once

#include <exception>
#include <string_view>

namespace stormsweep {

/// Whether `error` says that memory ran out: a device's, or the machine's.
bool is_out_of_memory(const std::exception& error);

/// The same for an exception's message, where its type is lost: TorchScript's interpreter passes on only the text.
bool tells_out_of_memory(std::string_view message);

}  // namespace stormsweep
