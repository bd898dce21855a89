#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "search/base/error.hpp"

namespace stormsweep {

/// The first `draws` usable files of a shuffle of all, different for each place.
inline std::vector<std::int64_t> draw(std::int64_t files, std::int64_t draws, int place,
                                      const std::set<std::int64_t>& unusable) {
  std::vector<std::int64_t> numbers(static_cast<std::size_t>(files));
  std::iota(numbers.begin(), numbers.end(), 0);
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937(static_cast<unsigned>(place)));
  std::erase_if(numbers, [&](std::int64_t number) { return unusable.contains(number); });
  if (static_cast<std::int64_t>(numbers.size()) < draws)
    throw InputError("only " + std::to_string(numbers.size()) + " of the files are usable; mend the others");
  numbers.resize(static_cast<std::size_t>(draws));
  return numbers;
}

}  // namespace stormsweep
