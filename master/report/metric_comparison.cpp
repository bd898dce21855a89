#include "master/report/metric_comparison.hpp"

#include <fmt/format.h>

#include <bit>
#include <nlohmann/json.hpp>
#include <tuple>

#include "master/store/damaged_row.hpp"
#include "master/store/database.hpp"
#include "master/store/sql_text.hpp"

namespace stormsweep {

namespace {

/// The ended trials of a search, in an order that is the same in two databases; one at a time, so that memory stays
/// constant.
class EndedTrials {
 public:
  EndedTrials(const std::filesystem::path& file, const std::string& search)
      : file_(file), search_(search), database_(open_for_reading(file)), select_(guarded(file, [&] {
          return SQLite::Statement(
              database_,
              fmt::format("SELECT training, hex(identity), id, status, ifnull(metrics, '{{}}') FROM trials "
                          "WHERE search = (SELECT id FROM searches WHERE name = ?) AND {} ORDER BY training, identity",
                          has_ended));
        })) {
    select_.bind(1, search);
    advance();
  }
  void advance() {
    there_ = guarded(file_, [&] { return select_.executeStep(); });
  }
  bool there() const { return there_; }

  std::tuple<std::int64_t, std::string> key() {
    return {select_.getColumn(0).getInt64(), select_.getColumn(1).getString()};
  }
  std::int64_t trial() { return select_.getColumn(2).getInt64(); }
  std::string status() { return select_.getColumn(3).getString(); }
  nlohmann::json metrics() {
    const std::string text = select_.getColumn(4).getString();
    nlohmann::json json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (json.is_object()) return json;
    return guarded(file_, [&]() -> nlohmann::json {
      throw DamagedRow::of_trial(trial(), search_, fmt::format("has the metrics '{}'", text));
    });
  }
  const std::filesystem::path& file() const { return file_; }

 private:
  std::filesystem::path file_;
  std::string search_;
  SQLite::Database database_;
  SQLite::Statement select_;
  bool there_ = false;
};

bool same(const nlohmann::json& a, const nlohmann::json& b) {
  if (!a.is_number() || !b.is_number()) return a == b;  // undefined is null
  return std::bit_cast<std::uint64_t>(a.get<double>()) == std::bit_cast<std::uint64_t>(b.get<double>());
}

void differ(MetricComparison& result, std::int64_t trial, const std::string& what, const nlohmann::json& a,
            const nlohmann::json& b) {
  if (result.differing++ == 0 && result.example.empty())
    result.example = fmt::format("trial {}, {}: {} and {}", trial, what, a.dump(), b.dump());
}

void compare(EndedTrials& a, EndedTrials& b, MetricComparison& result) {
  ++result.trials;
  if (a.status() != b.status()) differ(result, a.trial(), "status", a.status(), b.status());
  const nlohmann::json left = a.metrics(), right = b.metrics();
  for (const auto& [name, value] : left.items()) {
    ++result.values;
    const nlohmann::json& twin = right.contains(name) ? right[name] : nlohmann::json("nothing");
    if (!same(value, twin)) differ(result, a.trial(), name, value, twin);
  }
  for (const auto& [name, value] : right.items()) {
    if (left.contains(name)) continue;
    ++result.values;
    differ(result, a.trial(), name, "nothing", value);
  }
}

}  // namespace

MetricComparison compare_metrics(const std::filesystem::path& one, const std::filesystem::path& other,
                                 const std::string& search) {
  EndedTrials a(one, search), b(other, search);
  MetricComparison result;
  while (a.there() || b.there()) {
    if (a.there() && b.there() && a.key() == b.key()) {
      compare(a, b, result);
      a.advance(), b.advance();
      continue;
    }
    EndedTrials& alone = !b.there() || (a.there() && a.key() < b.key()) ? a : b;
    if (result.unmatched++ == 0 && result.example.empty())
      result.example = fmt::format("trial {} is in {} only", alone.trial(), alone.file().string());
    alone.advance();
  }
  return result;
}

}  // namespace stormsweep
