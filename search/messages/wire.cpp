#include "search/messages/wire.hpp"

#include <cstring>
#include <tuple>
#include <type_traits>
#include <utility>

#include "search/base/error.hpp"

namespace stormsweep::wire {

namespace {

constexpr std::size_t most_ranks = 1 << 20;  // of a job

/// The last value of each type of one byte that has few; they begin at 0.
constexpr std::tuple last{true, Work::testing, Status::out_of_memory};

/// Reading and writing share one list of fields for each struct (`fields` below), which either of these walks.
class Encoder {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(const T& number) { bytes.append(reinterpret_cast<const char*>(&number), sizeof number); }
  void operator()(const std::string& text) {
    (*this)(text.size());
    bytes += text;
  }
  template <class T>
  void operator()(const std::vector<T>& items) {
    (*this)(items.size());
    for (const T& item : items) (*this)(item);
  }
  /// Ranks: how many, then runs of numbers that follow each other. Mostly there is one run, however many the ranks.
  void operator()(const std::vector<std::int32_t>& ranks) {
    (*this)(ranks.size());
    for (std::size_t first = 0, next = 0; first < ranks.size(); first = next) {
      while (next < ranks.size() && ranks[next] == ranks[first] + static_cast<std::int32_t>(next - first)) ++next;
      (*this)(ranks[first]), (*this)(static_cast<std::uint32_t>(next - first));
    }
  }
  template <class T, class U>
  void operator()(const std::pair<T, U>& pair) {
    (*this)(pair.first), (*this)(pair.second);
  }
  template <class T>
  void operator()(const std::optional<T>& item) {
    (*this)(item.has_value());
    if (item) (*this)(*item);
  }
  void operator()(const Value& value) {
    (*this)(static_cast<std::uint8_t>(value.index()));
    std::visit(*this, value);
  }
  template <class T>
  requires std::is_class_v<T>
  void operator()(const T& object) { fields(*this, object); }

  std::string bytes;
};

class Decoder {
 public:
  explicit Decoder(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void operator()(T& number) {
    const std::string_view bytes = take(sizeof number);
    if constexpr (std::is_enum_v<T> || std::is_same_v<T, bool>)
      if (static_cast<std::uint8_t>(bytes[0]) > static_cast<std::uint8_t>(std::get<T>(last))) fail();
    std::memcpy(&number, bytes.data(), bytes.size());
  }
  void operator()(std::string& text) { text = take(count(1)); }
  template <class T>
  void operator()(std::vector<T>& items) {
    items.resize(count(1));
    for (T& item : items) (*this)(item);
  }
  void operator()(std::vector<std::int32_t>& ranks) {
    std::size_t size = 0;
    (*this)(size);
    if (size > most_ranks) fail();
    for (ranks.clear(); ranks.size() < size;) {
      std::int32_t first = 0;
      std::uint32_t length = 0;
      (*this)(first), (*this)(length);
      if (length == 0 || length > size - ranks.size()) fail();
      for (std::uint32_t i = 0; i < length; ++i) ranks.push_back(first + static_cast<std::int32_t>(i));
    }
  }
  template <class T, class U>
  void operator()(std::pair<T, U>& pair) {
    (*this)(pair.first), (*this)(pair.second);
  }
  template <class T>
  void operator()(std::optional<T>& item) {
    bool there = false;
    (*this)(there);
    if (there) (*this)(item.emplace());
  }
  void operator()(Value& value) { alternative(value); }
  template <class T>
  requires std::is_class_v<T>
  void operator()(T& object) { fields(*this, object); }
  /// A variant: its index in one byte, then the alternative.
  template <class... Ts>
  void alternative(std::variant<Ts...>& variant) {
    std::uint8_t index = 0;
    (*this)(index);
    if (index >= sizeof...(Ts)) fail();
    std::uint8_t i = 0;
    ((i++ == index ? (*this)(variant.template emplace<Ts>()) : void()), ...);
  }
  void finish() const {
    if (!rest_.empty()) fail();
  }

 private:
  [[noreturn]] static void fail() {
    throw InputError("message between ranks: not understood; run the same build of stormsweep on every rank");
  }
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) fail();
    const std::string_view front = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return front;
  }
  std::size_t count(std::size_t least_bytes) {
    std::size_t n = 0;
    (*this)(n);
    if (n > rest_.size() / least_bytes) fail();
    return n;
  }

  std::string_view rest_;
};

template <class Codec, class T>
void fields(Codec& codec, T& object) {
  using Object = std::remove_const_t<T>;
  const auto each = [&codec](auto&... members) { (codec(members), ...); };
  if constexpr (std::is_same_v<Object, TrainingId>) {
    each(object.value);
  } else if constexpr (std::is_same_v<Object, Configuration>) {
    each(object.values);
  } else if constexpr (std::is_same_v<Object, Training>) {
    each(object.id, object.configuration, object.milestones, object.attempt, object.gang, object.rung);
  } else if constexpr (std::is_same_v<Object, Rung>) {
    each(object.bracket, object.number, object.goes_on);
  } else if constexpr (std::is_same_v<Object, Assignment>) {
    each(object.training, object.gang, object.members);
  } else if constexpr (std::is_same_v<Object, Timings>) {
    for (const TimingColumn& timing : timing_columns) codec(object.*timing.member);
  } else if constexpr (std::is_same_v<Object, Outcome>) {
    each(object.status, object.timings, object.metrics, object.error, object.started, object.finished);
  } else if constexpr (std::is_same_v<Object, EpochRecord>) {
    each(object.epoch, object.seconds, object.metrics);
  } else if constexpr (std::is_same_v<Object, Hello>) {
    each(object.host, object.device, object.cpu, object.versions, object.threads);
  } else if constexpr (std::is_same_v<Object, Pursuit>) {
    each(object.work, object.epoch, object.epochs, object.done, object.all);
  } else if constexpr (std::is_same_v<Object, Heartbeat>) {
    each(object.pursuit);
  } else if constexpr (std::is_same_v<Object, FileStamp>) {
    each(object.bytes, object.written, object.checksum);
  } else if constexpr (std::is_same_v<Object, RunSettings>) {
    each(object.directory, object.fingerprint, object.stamps, object.cache, object.lost_after, object.checkpoint_every,
         object.retry_out_of_memory, object.keep_work, object.keep_models, object.share_epochs, object.synchronous,
         object.stage);
  } else if constexpr (std::is_same_v<Object, Welcome>) {
    each(object.space, object.settings, object.done, object.limit);
  } else if constexpr (std::is_same_v<Object, Stage>) {
    each(object.attempt, object.ranks);
  } else if constexpr (std::is_same_v<Object, Staged>) {
    each(object.attempt, object.done, object.error, object.notes);
  } else if constexpr (std::is_same_v<Object, TrainingRange>) {
    each(object.first, object.last);
  } else if constexpr (std::is_same_v<Object, TrainingLimit>) {
    each(object.end, object.trials_of_last);
  } else if constexpr (std::is_same_v<Object, Began>) {
    each(object.any, object.training);
  } else if constexpr (std::is_same_v<Object, Assign>) {
    each(object.assignments);
  } else if constexpr (std::is_same_v<Object, Abandon> || std::is_same_v<Object, Left>) {
    each(object.gang);
  } else if constexpr (std::is_same_v<Object, Finished>) {
    each(object.training, object.milestone, object.outcome, object.epochs);
  } else if constexpr (std::is_same_v<Object, Refused>) {
    each(object.error);
  } else if constexpr (std::is_same_v<Object, Stop>) {
    each(object.finalize, object.at_once);
  } else {
    static_assert(std::is_empty_v<Object>, "list the fields of this message");
  }
}

template <class Message>
std::string encoded(const Message& message) {
  Encoder encoder;
  encoder(static_cast<std::uint8_t>(message.index()));
  std::visit(encoder, message);
  return std::move(encoder.bytes);
}

}  // namespace

std::string encode(const ToWorker& message) {
  return encoded(message);
}

std::string encode(const ToMaster& message) {
  return encoded(message);
}

template <class Message>
Message decode(std::string_view bytes) {
  Message message;
  Decoder decoder(bytes);
  decoder.alternative(message);
  decoder.finish();
  return message;
}

template ToWorker decode<ToWorker>(std::string_view);
template ToMaster decode<ToMaster>(std::string_view);

}  // namespace stormsweep::wire
