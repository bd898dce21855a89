#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "master/page/door.hpp"
#include "master/page/page_search.hpp"
#include "search/base/private_folder.hpp"
#include "search/base/time.hpp"

namespace stormsweep {

/// The page of databases that a search may be writing. It reads a copy of each, made in one go: the lock that a commit
/// would wait for lasts as long as the bytes take to copy, and that is a hundredth of the time at most; nor does making
/// pages take more than a hundredth of a core.
class LivePage {
 public:
  /// Throws InputError: see page_data.
  LivePage(PageQuestion question, std::string command);
  ~LivePage();
  LivePage(const LivePage&) = delete;
  LivePage& operator=(const LivePage&) = delete;

  /// Looks whether a database has changed, and then makes the page anew, unless it is too early. Where a database
  /// cannot be read now, what was shown stays.
  void renew(Seconds now);
  std::shared_ptr<const PageTexts> shown() const;  ///< by any thread

  static constexpr double most_locked = 0.01, most_busy = 0.01;  ///< shares of the time

 private:
  struct Source;

  void make(Seconds now);
  void copy_all();
  void show();

  PageQuestion question_;
  std::string command_;
  PrivateFolder folder_;  ///< of the copies
  std::vector<Source> sources_;
  Seconds next_{0};  ///< not before
  std::uint64_t number_ = 0;
  std::string told_;  ///< why the page was not renewed
  mutable std::mutex mutex_;
  std::shared_ptr<const PageTexts> shown_;
};

}  // namespace stormsweep
