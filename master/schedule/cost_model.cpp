#include "master/schedule/cost_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "master/schedule/least_squares.hpp"
#include "search/base/seed.hpp"

namespace stormsweep {

namespace {

/// Of the shortest trial seen, the shares that may be the fixed cost.
constexpr double fixed_shares[] = {0, 0.3, 0.6, 0.8, 0.9, 0.95, 0.98, 0.995};
constexpr double ridge_a_row = 1e-5;  // on features of variance 1: bends no weight by more than that
constexpr double standing_out = 3;    // standard errors
/// A larger share has to fit so much better than a smaller one: where nothing speaks for a fixed cost, there is none.
constexpr double clearly_less = 0.95, rounding = 1e-9;

double number(const Value& value, const Hyperparameter& hyperparameter) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? 1 : 0;
  if (const auto* word = std::get_if<std::string>(&value)) {
    const auto& words = hyperparameter.choices;
    return static_cast<double>(std::find(words.begin(), words.end(), *word) - words.begin());
  }
  return as_real(value);
}

}  // namespace

CostModel::CostModel(const Experiment& experiment) : experiment_(experiment) {}

template <class ValueOf>
double CostModel::expected(const Form& form, ValueOf value) const {
  double exponent = form.constant + (experiment_.milestone ? std::log(value(*experiment_.milestone)) : 0);
  for (const Feature& feature : form.features) exponent += feature.weight * feature.of(value(feature.hyperparameter));
  return form.fixed + std::exp(std::clamp(exponent, -100.0, 100.0));
}

void CostModel::add(const Configuration& configuration, double wall_seconds) {
  if (!(wall_seconds > 0) || !std::isfinite(wall_seconds)) return;
  const std::uint64_t slot = rows_.size() < most_rows ? rows_.size() : next_slot();
  ++added_;
  if (slot < most_rows) {
    if (slot == rows_.size()) rows_.emplace_back();
    rows_[slot].seconds = wall_seconds;
    rows_[slot].values.clear();
    for (std::size_t h = 0; h < configuration.values.size(); ++h)
      rows_[slot].values.push_back(number(configuration.values[h], experiment_.hyperparameters[h]));
  }
  if (added_ < next_fit_) return;
  next_fit_ = added_ + std::max<std::uint64_t>(1, added_ / 4);
  fit();
}

/// Where the next row goes once all slots are taken; nowhere if that is none of them (Vitter 1985, algorithm R: every
/// row is kept with the same probability).
std::uint64_t CostModel::next_slot() const {
  return derive_seed(0, "rows", {added_}) % (added_ + 1);
}

std::optional<double> CostModel::seconds(const Configuration& configuration) const {
  if (!ready()) return std::nullopt;
  return expected(form_,
                  [&](std::size_t h) { return number(configuration.values[h], experiment_.hyperparameters[h]); });
}

double CostModel::Feature::of(double value) const {
  if (kind == Kind::word) return value == parameter ? 1 : 0;
  return kind == Kind::plain ? value : std::log(std::max(value, parameter));
}

std::vector<CostModel::Feature> CostModel::varied() const {
  std::vector<Feature> features;
  for (std::size_t h = 0; h < experiment_.hyperparameters.size(); ++h) {
    std::set<double> values;
    for (const Row& row : rows_) values.insert(row.values[h]);
    if (values.size() < 2) continue;
    const Hyperparameter& hyperparameter = experiment_.hyperparameters[h];
    if (hyperparameter.type == Type::choice) {  // the first word seen is what the others are compared with
      for (auto word = std::next(values.begin()); word != values.end(); ++word)
        features.push_back({Feature::Kind::word, h, *word});
    } else if (hyperparameter.type == Type::flag || hyperparameter.min < 0) {
      features.push_back({Feature::Kind::plain, h, 0});
    } else {
      features.push_back({Feature::Kind::logarithm, h, *values.upper_bound(0) / 10});
    }
  }
  return features;
}

void CostModel::fit() {
  std::vector<Feature> features = varied();
  if (rows_.size() < 2 * (features.size() + 1)) return;
  const double shortest = std::min_element(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) {
                            return a.seconds < b.seconds;
                          })->seconds;
  Form best;
  best.misfit = std::numeric_limits<double>::infinity();
  for (const double share : fixed_shares)
    if (Form form = fitted(features, share * shortest); form.misfit < clearly_less * best.misfit - rounding)
      best = std::move(form);

  features.clear();
  for (std::size_t i = 0; i < best.features.size(); ++i)
    if (std::abs(best.features[i].weight) > standing_out * best.errors[i]) features.push_back(best.features[i]);
  form_ = features.size() == best.features.size() ? std::move(best) : fitted(std::move(features), best.fixed);
  noise_ = std::sqrt(form_.misfit / static_cast<double>(rows_.size() - form_.features.size()));
  ++fits_;
}

CostModel::Form CostModel::fitted(std::vector<Feature> features, double fixed) const {
  const auto count = static_cast<double>(rows_.size());
  const std::size_t columns = features.size() + 1;
  std::vector<double> cells(rows_.size() * columns, 1), targets, weights, means, deviations;
  for (std::size_t j = 1; j < columns; ++j) {
    double sum = 0, squares = 0;
    const auto value = [&](const Row& row) { return features[j - 1].of(row.values[features[j - 1].hyperparameter]); };
    for (const Row& row : rows_) sum += value(row);
    for (const Row& row : rows_) squares += (value(row) - sum / count) * (value(row) - sum / count);
    means.push_back(sum / count);
    deviations.push_back(std::max(std::sqrt(squares / count), 1e-12));
    for (std::size_t i = 0; i < rows_.size(); ++i)
      cells[i * columns + j] = (value(rows_[i]) - means.back()) / deviations.back();
  }
  for (const Row& row : rows_) {
    const double rest = row.seconds - fixed;
    targets.push_back(std::log(rest) - (experiment_.milestone ? std::log(row.values[*experiment_.milestone]) : 0));
    weights.push_back(rest / row.seconds * rest / row.seconds);
  }

  const LinearFit fit = ridge_least_squares(cells, targets, weights, ridge_a_row * count);
  Form form{std::move(features), fit.coefficients[0], fixed, {}, 0};
  for (std::size_t j = 0; j + 1 < columns; ++j) {
    form.features[j].weight = fit.coefficients[j + 1] / deviations[j];
    form.errors.push_back(fit.errors[j + 1] / deviations[j]);
    form.constant -= form.features[j].weight * means[j];
  }
  for (const Row& row : rows_) {
    const double told = expected(form, [&](std::size_t h) { return row.values[h]; });
    form.misfit += std::pow(std::log(told / row.seconds), 2);
  }
  return form;
}

}  // namespace stormsweep
