#include "master/loop/group_commit.hpp"

namespace stormsweep {

namespace {

constexpr Seconds every{0.25};
constexpr std::uint64_t most_rows = 1000;
constexpr Seconds sign_of_life{10};  // for `status` and for a second writer, also while nothing ends

}  // namespace

void GroupCommit::commit_when_due(Seconds now) {
  const Seconds since = now - at_;
  if (rows_ >= most_rows || (rows_ > 0 && since >= every) || since >= sign_of_life) commit(now);
}

void GroupCommit::commit(Seconds now) {
  store_.commit();
  at_ = now;
  rows_ = 0;
  counts_ = store_.counts();
  best_ = store_.best();
}

}  // namespace stormsweep
