#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "master/schedule/simulation.hpp"
#include "search/methods/method.hpp"
#include "search/space/space.hpp"

namespace stormsweep {

/// What trainings take and result in, in a simulation.
struct Supposed {
  /// Seconds of a training that continues after its first `done` epochs.
  std::function<double(const Training&, std::int64_t done)> seconds;
  std::function<double(const Training&)> value;
};

/// A search by its real method, to be simulated.
class MethodWorkload : public simulation::Workload {
 public:
  /// Keeps to limits.trials of the space. Borrows the space.
  MethodWorkload(const Space& space, std::unique_ptr<Method> method, Supposed supposed);

  void begin() override;
  Supply next() override;
  simulation::Job job(std::size_t number) const override { return begun_[number].job; }
  void end(std::size_t number) override;
  bool over() const override { return ended_ == begun_.size() && (trials_left_ == 0 || method_->exhausted()); }

  const Training& training(std::size_t number) const { return begun_[number].training; }
  std::size_t trainings() const { return begun_.size(); }
  std::uint64_t trials() const { return trials_; }  ///< trials that have ended

 private:
  struct Begun {
    Training training;
    simulation::Job job;
    bool ended = false;
  };

  const Space& space_;
  std::unique_ptr<Method> method_;
  Supposed supposed_;
  std::uint64_t trials_left_, trials_ = 0;
  std::vector<Begun> begun_;
  std::deque<std::size_t> again_;                  ///< handed out before a restart, and not ended
  std::map<std::uint64_t, std::int64_t> trained_;  ///< epochs that a configuration has done, by its number
  std::size_t ended_ = 0;
};

}  // namespace stormsweep
