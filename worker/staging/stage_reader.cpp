#include "worker/staging/stage_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <functional>
#include <iterator>
#include <optional>
#include <system_error>

#include "search/base/error.hpp"
#include "search/base/machine.hpp"
#include "search/base/parallel.hpp"
#include "worker/channel/abandoned.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t read_block = std::size_t{1} << 20;  // parallel file systems stripe by that much or more

std::string last_error() {
  return std::generic_category().message(errno);
}

/// Nanoseconds.
std::int64_t time_of_writing(const struct stat& status) {
  return status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

/// Size and time of writing; nothing where there is no such file.
std::optional<StagedCopy> look_at(const fs::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return StagedCopy{status.st_size, time_of_writing(status), {}};
}

/// Passes all blocks of a file to `take`; false, with the reason in errno, where it cannot be read to its end.
bool read_blocks(const Descriptor& file, const std::function<void(std::span<const char>)>& take) {
  posix_fadvise(*file, 0, 0, POSIX_FADV_SEQUENTIAL);
  std::vector<char> block(read_block);
  for (;;) {
    const ssize_t got = ::read(*file, block.data(), block.size());
    if (got == 0) return true;
    if (got < 0 && errno != EINTR) return false;
    if (got > 0) take(std::span(block).first(static_cast<std::size_t>(got)));
  }
}

/// `text` with the copy's path, which the user does not know, replaced by the source's.
std::string of_source(std::string text, const fs::path& copy, const fs::path& source) {
  for (std::size_t at; (at = text.find(copy.string())) != std::string::npos;)
    text.replace(at, copy.string().size(), source.string());
  return text;
}

}  // namespace

void StageReader::went_on(std::int64_t bytes) {
  progress_.add(bytes);
  if (options_.abandoned && options_.abandoned()) throw Abandoned();
}

HeldCopies StageReader::find(const std::vector<std::int64_t>& numbers) {
  HeldCopies copies;
  progress_.expect(std::count_if(numbers.begin(), numbers.end(), [&](std::int64_t number) {
    return folder_.noted(plan_.files[static_cast<std::size_t>(number)].name).has_value();
  }));
  in_parallel(std::ssize(numbers), options_.readers, [&](std::int64_t i) {
    const std::int64_t number = numbers[static_cast<std::size_t>(i)];
    const StagePlan::File& file = plan_.files[static_cast<std::size_t>(number)];
    const auto noted = folder_.noted(file.name);
    if (!noted || !sound(*noted, file)) return;
    for (const fs::path& path : {folder_.path(file.name), folder_.transit(file.name)}) {
      if (!holds(path, *noted)) continue;
      const std::lock_guard lock(mutex_);
      copies[number] = {*noted, path};
      return;
    }
  });
  return copies;
}

/// Whether the noted copy is one of the source as it is now.
bool StageReader::sound(const StagedCopy& noted, const StagePlan::File& file) const {
  if (!file.checksum.empty()) return noted.checksum == file.checksum;
  const auto source = look_at(file.source);
  return source && source->bytes == noted.bytes && source->modified == noted.modified;
}

bool StageReader::holds(const fs::path& path, const StagedCopy& noted) {
  const auto there = look_at(path);
  if (!there || there->bytes != noted.bytes) return false;
  progress_.begin(there->bytes);
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  Checksum checksum;
  const auto take = [&](std::span<const char> block) {
    checksum.add(std::as_bytes(block)), went_on(std::ssize(block));
  };
  return file && read_blocks(file, take) && checksum.digits() == noted.checksum;
}

StageReader::Reading StageReader::read(const std::vector<std::int64_t>& numbers) {
  Reading reading;
  in_parallel(std::ssize(numbers), options_.readers,
              [&](std::int64_t i) { read_one(numbers[static_cast<std::size_t>(i)], reading); });
  return reading;
}

void StageReader::read_one(std::int64_t number, Reading& reading) {
  const StagePlan::File& file = plan_.files[static_cast<std::size_t>(number)];
  const fs::path path = folder_.transit(file.name);
  CopyWriter writer(path, folder_.unfinished(number));
  const Descriptor source(::open(file.source.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status {};
  if (source && fstat(*source, &status) == 0) progress_.begin(status.st_size);
  std::string problem =
      source ? copy(source, file, writer) : fmt::format("cannot be opened on {} ({})", host_name(), last_error());
  if (!problem.empty() && !problem.starts_with(file.source.string()))
    problem = fmt::format("{}: {}", file.source.string(), problem);

  const bool known = source && fstat(*source, &status) == 0;
  const StagedCopy what{writer.bytes(), known ? time_of_writing(status) : 0, writer.checksum()};
  if (problem.empty()) {
    folder_.note(file.name, what);  // first: a copy without a note would be read again
    writer.publish();
  }
  const std::lock_guard lock(mutex_);
  reading.opened += static_cast<bool>(source);
  reading.bytes += what.bytes;
  if (problem.empty())
    reading.copies[number] = {what, path};
  else
    reading.unusable[number] = problem;
}

/// Returns why the copy cannot be used, or an empty text.
std::string StageReader::copy(const Descriptor& source, const StagePlan::File& file, CopyWriter& writer) {
  if (!read_blocks(source, [&](std::span<const char> block) { writer.write(block), went_on(std::ssize(block)); }))
    return fmt::format("cannot be read ({})", last_error());
  if (!file.checksum.empty() && writer.checksum() != file.checksum)
    return fmt::format("its checksum is {}, but was {} when the data was indexed", writer.checksum(), file.checksum);
  if (!plan_.verify) return {};
  try {
    const std::lock_guard lock(verifying_);
    plan_.verify(writer.temporary());
  } catch (const InputError& error) {
    return of_source(error.what(), writer.temporary(), file.source);
  }
  return {};
}

}  // namespace stormsweep
