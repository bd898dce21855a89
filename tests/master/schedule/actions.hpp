#pragma once

#include <vector>

#include "master/schedule/events.hpp"

/// All actions of one kind, in order.
template <class A>
std::vector<A> all(const std::vector<stormsweep::Action>& actions) {
  std::vector<A> found;
  for (const stormsweep::Action& a : actions) {
    if (const A* match = std::get_if<A>(&a)) found.push_back(*match);
  }
  return found;
}
