#include "master/loop/group_commit.hpp"

namespace stormsweep {

namespace {

constexpr Seconds every{0.25};
constexpr std::uint64_t most_rows = 1000;
constexpr Seconds again{1};                      // wait after a refusal
constexpr std::uint64_t most_waiting = 100'000;  // more than this: wait for the store, and let workers wait

}  // namespace

void GroupCommit::commit_when_due(Seconds now) {
  const Seconds since = now - at_;
  if (blocked_since_) {
    if (rows_ >= most_waiting) return commit(now, again);
    if (since >= again) commit(now);
  } else if (rows_ >= most_rows || (rows_ > 0 && since >= every) || since >= sign_of_life) {
    commit(now);
  }
}

void GroupCommit::commit(Seconds now, Seconds patience) {
  at_ = now;
  if (!store_.commit(patience)) {
    if (!blocked_since_) blocked_since_ = now;
    return;
  }
  blocked_since_.reset();
  rows_ = 0;
  look();
}

std::uint64_t GroupCommit::finish() {
  const std::uint64_t lost = store_.settle();
  if (lost > 0) return lost;
  rows_ = 0;
  look();
  return 0;
}

}  // namespace stormsweep
