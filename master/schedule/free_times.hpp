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

/// When busy workers are expected to be free. A query takes logarithmic time, because a master of 10,000 workers asks
/// at the end of every trial while a gang waits.
class FreeTimes {
 public:
  explicit FreeTimes(std::size_t workers) : entries_(workers) {}

  /// The worker ends its current training by `until`, or any moment now if that has passed, and then has `more` to do.
  void set(WorkerId id, Seconds until, Seconds more);
  void erase(WorkerId id);

  /// When the `n`th of the workers will be free, and how many others will be by then, counted up to `most`.
  struct Moment {
    Seconds at;
    std::size_t others;
  };
  /// Nothing where there are fewer than `n` > 0. `now` must not go back from call to call.
  std::optional<Moment> nth(std::size_t n, Seconds now, std::size_t most);

 private:
  /// Marks workers whose `until` has passed as late.
  void look_at_clock(Seconds now);

  struct Entry {
    Seconds until, more;
    bool late;  ///< `until` has passed and there is more: at any time, it will be free `more` later
  };
  /// A set with access to its n-th element.
  using Order = __gnu_pbds::tree<std::pair<Seconds, WorkerId>, __gnu_pbds::null_type, std::less<>,
                                 __gnu_pbds::rb_tree_tag, __gnu_pbds::tree_order_statistics_node_update>;

  std::vector<std::optional<Entry>> entries_;  ///< by rank, from 1
  Order ends_;                                 ///< `until` + `more` of workers that are not late
  Order untils_;                               ///< `until` of those that are not late and have more
  Order late_;                                 ///< more
};

}  // namespace stormsweep
