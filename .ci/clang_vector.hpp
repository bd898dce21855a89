// For clang-tidy alone, with Debian 12's headers: std::vector as it was before C++20 made its functions constexpr.
// Clang instantiates constexpr functions where they are first named, and LibTorch 1.13 names those of
// std::vector<c10::IValue> while IValue is incomplete.
#pragma once

#include <string>

#if _GLIBCXX_RELEASE == 12
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR
#define __fill_a1 fill_bits  // <string> has declared it as constexpr
#include <vector>
#undef __fill_a1
#undef _GLIBCXX20_CONSTEXPR
#define _GLIBCXX20_CONSTEXPR constexpr
#endif
