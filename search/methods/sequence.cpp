#include "search/methods/sequence.hpp"

#include <cassert>

namespace stormsweep {

namespace {

class GridSequence : public Sequence {
 public:
  explicit GridSequence(const Space& space) : space_(space), trainings_(space_) {}

  std::optional<Training> at(TrainingId id) override {
    return id.value < trainings_.size() ? trainings_.at(id) : std::nullopt;
  }
  std::optional<Training> next(TrainingId from) override { return trainings_.next(from); }
  std::optional<std::uint64_t> trials() override { return space_.grid.count(); }

 private:
  const Space space_;
  const Trainings trainings_;
};

}  // namespace

std::unique_ptr<Sequence> grid_sequence(const Space& space) {
  return std::make_unique<GridSequence>(space);
}

std::unique_ptr<Sequence> make_sequence(const Space& space, std::string_view name) {
  if (name == "random") return random_sequence(space);
  if (name == "sobol") return sobol_sequence(space);
  assert(name == "grid");
  return grid_sequence(space);
}

std::unique_ptr<Sequence> make_sequence(const Space& space) {
  return make_sequence(space, space.method.name);
}

}  // namespace stormsweep
