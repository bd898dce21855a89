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

/// The page of databases that a search may be writing. It reads a copy of each, made in one go, so that the database is
/// locked against commits only while bytes are copied, for at most 1 % of the time, or once in `longest_wait`. Making
/// pages takes at most 1 % of a core.
class LivePage {
 public:
  /// Throws InputError: see page_data.
  LivePage(PageQuestion question, std::string command);
  ~LivePage();
  LivePage(const LivePage&) = delete;
  LivePage& operator=(const LivePage&) = delete;

  /// Makes the page anew if a database has changed, unless it is too early. Where a database cannot be read now, the
  /// page stays as it is.
  void renew(Seconds now);
  std::shared_ptr<const PageTexts> shown() const;  ///< from any thread

  static constexpr double most_locked = 0.01, most_busy = 0.01;  ///< shares of the time
  static constexpr Seconds longest_wait{600};  ///< for a copy that took long: perhaps the file server hung, once

 private:
  struct Source;

  void make(Seconds now);
  void copy_all();
  void show();

  PageQuestion question_;
  std::string command_;
  PrivateFolder folder_;  ///< for the copies
  std::vector<Source> sources_;
  Seconds next_{0};  ///< time before which the page is not renewed
  std::uint64_t number_ = 0;
  std::string told_;  ///< the last message that the page could not be renewed
  mutable std::mutex mutex_;
  std::shared_ptr<const PageTexts> shown_;
};

}  // namespace stormsweep
