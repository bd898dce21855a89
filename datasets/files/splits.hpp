#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>

namespace stormsweep {

/// The files of a folder to train on; anything that has one thing per split has them in this order.
inline constexpr std::array<const char*, 3> split_names{"train", "validation", "test"};

/// Where one thing goes: a place in `split_names`, or `dropped`, because it would be in two splits.
enum class DataSplit : std::uint8_t { train, validation, test, dropped };

/// How many of `count` things each split gets. Throws InputError where one gets none; `things` names them in the
/// message.
std::array<std::int64_t, 3> split_sizes(std::int64_t count, double validation_fraction, double test_fraction,
                                        const char* things);

/// Removes <name>.h5 of all `names` that an earlier set left in `folder`. Call once all new files are on the disk,
/// under temporary names, and before the first gets its name: then files are missing should the process end between two
/// of them, but old ones never stand beside new ones. Throws InputError.
void remove_earlier_set(const std::filesystem::path& folder, std::span<const char* const> names);

/// Makes `folder` if need be. Throws InputError where it cannot be made or written to.
void make_writable(const std::filesystem::path& folder);
/// Checks the same before anything is read, so that nothing is read in vain. Removes the folders that it makes, so that
/// refused input leaves nothing behind.
void check_writable(const std::filesystem::path& folder);

}  // namespace stormsweep
