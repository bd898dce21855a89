#include "search/methods/methods.hpp"

#include <algorithm>

#include "search/methods/bayes_method.hpp"
#include "search/methods/halving.hpp"
#include "search/methods/sequence.hpp"

namespace stormsweep {

namespace {

/// All trainings of a sequence, as they come.
class InOrder : public Method {
 public:
  InOrder(std::unique_ptr<Sequence> sequence, const Share& share) : sequence_(std::move(sequence)), share_(share) {}

  std::optional<Training> next() override {
    while (auto training = sequence_->next(share_.next({next_}))) {
      next_ = training->id.value + 1;
      if (share_.has(training->id)) return training;
    }
    exhausted_ = true;
    return std::nullopt;
  }
  bool exhausted() const override { return exhausted_; }
  std::optional<std::uint64_t> trials() override { return count_trials(*sequence_, share_); }

 private:
  std::unique_ptr<Sequence> sequence_;
  Share share_;
  std::uint64_t next_ = 0;  ///< the first number not yet looked at
  bool exhausted_ = false;
};

}  // namespace

std::unique_ptr<Method> make_method(const Space& space, const Share& share, const ProposalHistory& past) {
  if (makes_proposals(space.method)) return make_bayes(space, past);
  if (has_rungs(space.method)) return make_halving(space, share);
  return std::make_unique<InOrder>(make_sequence(space), share);
}

std::optional<std::uint64_t> limited_trials(const Space& space, std::optional<std::uint64_t> of_method) {
  const auto& limit = space.limits.trials;
  return limit ? std::min(*limit, of_method.value_or(*limit)) : of_method;
}

}  // namespace stormsweep
