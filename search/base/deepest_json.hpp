#pragma once

namespace stormsweep {

/// How deep lists and objects may nest in JSON that is read: to write or copy it takes stack for each level.
inline constexpr int deepest_json = 100;

/// For nlohmann's `parse`: leaves out what is inside so many lists and objects.
inline constexpr auto not_too_deep = [](int depth, auto, const auto&) { return depth < deepest_json; };

}  // namespace stormsweep
