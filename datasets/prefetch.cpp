#include "datasets/prefetch.hpp"

#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "datasets/upload.hpp"

namespace stormsweep {

struct Prefetch::State {
  State(std::int64_t n, std::function<Batch(std::int64_t)> f, int threads, int beyond, const torch::Device& device)
      : count(n), make([f = std::move(f), device](std::int64_t k) { return uploaded(f(k), device); }), ahead(beyond) {
    try {
      for (int i = 0; i < threads; ++i) makers.emplace_back([this](const std::stop_token& stop) { work(stop); });
    } catch (const std::system_error&) {  // a limit on processes: those that there are do it
    }
  }

  void work(const std::stop_token& stop);
  std::optional<Batch> take();

  std::int64_t count;
  std::function<Batch(std::int64_t)> make;
  std::int64_t ahead;

  std::mutex mutex;
  std::condition_variable_any changed;
  std::int64_t claimed = 0, given = 0;
  std::map<std::int64_t, std::variant<Batch, std::exception_ptr>> made;
  std::vector<std::jthread> makers;  // last: they use the rest, and stop first
};

void Prefetch::State::work(const std::stop_token& stop) {
  std::unique_lock lock(mutex);
  while (changed.wait(lock, stop, [this] { return claimed == count || claimed < given + ahead; }) && claimed < count) {
    const std::int64_t k = claimed++;
    lock.unlock();
    std::variant<Batch, std::exception_ptr> result;
    try {
      result = make(k);
    } catch (...) {
      result = std::current_exception();
    }
    lock.lock();
    made.emplace(k, std::move(result));
    changed.notify_all();
  }
}

std::optional<Batch> Prefetch::State::take() {
  if (given == count) return std::nullopt;
  if (makers.empty()) return make(given++);
  std::unique_lock lock(mutex);
  const std::int64_t k = given++;
  changed.notify_all();  // room for one more
  changed.wait(lock, [&] { return made.contains(k); });
  auto result = std::move(made.extract(k).mapped());
  lock.unlock();
  if (const auto* error = std::get_if<std::exception_ptr>(&result)) std::rethrow_exception(*error);
  return std::get<Batch>(std::move(result));
}

Prefetch::Prefetch(std::int64_t count, std::function<Batch(std::int64_t)> make, int threads, int ahead,
                   const torch::Device& device)
    : state_(std::make_unique<State>(count, std::move(make), threads, ahead, device)) {}
Prefetch::~Prefetch() = default;
Prefetch::Prefetch(Prefetch&&) noexcept = default;

std::optional<Batch> Prefetch::next() {
  return state_->take();
}

}  // namespace stormsweep
