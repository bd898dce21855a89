#pragma once

#include <stdexcept>

namespace stormsweep {

/// The gang was given up by the master, or the job told to stop, while this rank waited for its mates.
class Abandoned : public std::runtime_error {
 public:
  Abandoned() : std::runtime_error("the gang was abandoned") {}
};

}  // namespace stormsweep
