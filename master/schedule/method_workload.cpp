#include "master/schedule/method_workload.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace stormsweep {

MethodWorkload::MethodWorkload(const Space& space, std::unique_ptr<Method> method, Supposed supposed)
    : space_(space),
      method_(std::move(method)),
      supposed_(std::move(supposed)),
      trials_left_(std::numeric_limits<std::uint64_t>::max()) {
  if (space.limits.trials && !has_rungs(space.method)) trials_left_ = *space.limits.trials;
}

void MethodWorkload::begin() {
  again_.clear();
  for (std::size_t number = 0; number < begun_.size(); ++number)
    if (!begun_[number].ended) again_.push_back(number);
}

Supply MethodWorkload::next() {
  if (!again_.empty()) {
    const std::size_t number = again_.front();
    again_.pop_front();
    return std::optional(simulation::training_of(job(number), number));
  }
  auto training = trials_left_ > 0 ? method_->next() : std::nullopt;
  if (!training) return over() || method_->exhausted() ? Supply::Later::never : Supply::Later::when_others_end;
  if (training->trials() > trials_left_) training->milestones.resize(trials_left_);
  trials_left_ -= training->trials();
  const std::int64_t done = training->rung ? trained_[training->id.value] : 0;
  const simulation::Job job{supposed_.seconds(*training, done), static_cast<int>(training->gang)};
  begun_.push_back({*std::move(training), job});
  return std::optional(simulation::training_of(job, begun_.size() - 1));
}

void MethodWorkload::end(std::size_t number) {
  Begun& begun = begun_[number];
  begun.ended = true;
  ++ended_;
  trials_ += begun.training.trials();
  if (begun.training.rung && begun.training.rung->goes_on)
    trained_[begun.training.id.value] = begun.training.milestones.back();
  for (std::size_t k = 0; k < begun.training.trials(); ++k)
    method_->learn(begun.training, k, {.value = supposed_.value(begun.training)});
}

}  // namespace stormsweep
