#pragma once

#include <string>
#include <string_view>

#include "search/space/configuration.hpp"
#include "search/space/outcome.hpp"

namespace stormsweep {

/// Appends JSON text directly, without building a tree of values, as the store writes thousands of rows a second.

/// "text", escaped; UTF-8 is copied as it is.
void append_json(std::string& out, std::string_view text);
/// The shortest text that reads back to the same number, always a real (1.0); null where it is not finite.
void append_json(std::string& out, double number);
void append_json(std::string& out, const Value& value);
/// {"epochs":5,...}, every hyperparameter in declared order.
void append_json(std::string& out, const Configuration& configuration, const Experiment& experiment);
void append_json(std::string& out, const Metrics& metrics);

}  // namespace stormsweep
