#pragma once

#include <cstddef>
#include <ext/pb_ds/assoc_container.hpp>
#include <ext/pb_ds/tree_policy.hpp>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "search/base/id.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

/// When busy workers are expected to be free. A question costs some steps down a tree, not a look at every worker: a
/// master of 10,000 asks at each trial that ends while a gang waits.
class FreeTimes {
 public:
  explicit FreeTimes(std::size_t workers) : entries_(workers) {}

  /// The worker ends what it is at by `until`, or any moment where that has passed, and has `more` to do then.
  void set(WorkerId id, Seconds until, Seconds more);
  void erase(WorkerId id);

  /// The time at which the `n`th of them will be free, and how many others are by then, counted up to `most`.
  struct Moment {
    Seconds at;
    std::size_t others;
  };
  /// Nothing where they are fewer than `n` > 0. Time does not go back from call to call.
  std::optional<Moment> nth(std::size_t n, Seconds now, std::size_t most);

 private:
  /// Those whose `until` has passed are late.
  void look_at_clock(Seconds now);

  struct Entry {
    Seconds until, more;
    bool late;  ///< `until` has passed, and there is more: it is free `more` from any now on
  };
  /// A set that knows which of its elements is the n-th.
  using Order = __gnu_pbds::tree<std::pair<Seconds, WorkerId>, __gnu_pbds::null_type, std::less<>,
                                 __gnu_pbds::rb_tree_tag, __gnu_pbds::tree_order_statistics_node_update>;

  std::vector<std::optional<Entry>> entries_;  ///< by rank, from 1
  Order ends_;                                 ///< until + more, of those that are not late
  Order untils_;                               ///< of these, those that have more
  Order late_;                                 ///< more
};

}  // namespace stormsweep
