#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "search/base/id.hpp"
#include "search/space/space.hpp"
#include "search/space/trainings.hpp"

namespace stormsweep {

/// Trainings by number: a pure function of the space and the number, so that any rank, job or later run gets the same
/// for number i. Some numbers have none. A sequence may cache what it has computed.
class Sequence {
 public:
  virtual ~Sequence() = default;
  /// Training number `id`; nothing where exclusions leave it no trial, it repeats an earlier one, or it is beyond the
  /// end.
  virtual std::optional<Training> at(TrainingId id) = 0;
  /// The first training from number `from` on.
  virtual std::optional<Training> next(TrainingId from) = 0;
  /// Trials of all trainings, where they can be counted.
  virtual std::optional<std::uint64_t> trials() = 0;
};

/// The grid in its own order.
std::unique_ptr<Sequence> grid_sequence(const Space& space);
/// Every training of a finite grid once, in a random order that the space's seed decides, without a list of it; or,
/// with continuous axes, independent draws, uniform on their scales.
std::unique_ptr<Sequence> random_sequence(const Space& space);
/// A Sobol sequence (Sobol 1967, directions by Joe and Kuo 2008) over all axes, shifted by a random bit pattern an
/// axis: any 2^k first points fill the space evenly. Points that repeat an earlier configuration are left out.
std::unique_ptr<Sequence> sobol_sequence(const Space& space);

/// The sequence of that name ("grid", "random", "sobol"), with MethodSettings::trials trainings at most.
std::unique_ptr<Sequence> make_sequence(const Space& space, std::string_view name);
/// That of the space's own method, where it is not adaptive.
std::unique_ptr<Sequence> make_sequence(const Space& space);

}  // namespace stormsweep
