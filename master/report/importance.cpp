#include "master/report/importance.hpp"

#include <algorithm>
#include <cmath>

namespace stormsweep {

namespace {

/// More combinations than any grid of trials has.
constexpr std::uint64_t most_cells = 10'000'000;

/// Cells, each with the mean of the values that fall into it.
class Means {
 public:
  explicit Means(std::size_t cells) : sums_(cells), counts_(cells) {}

  void add(std::size_t cell, double value) {
    sums_[cell] += value;
    ++counts_[cell];
  }
  bool complete() const { return std::find(counts_.begin(), counts_.end(), 0u) == counts_.end(); }
  double operator[](std::size_t cell) const { return sums_[cell] / counts_[cell]; }
  std::size_t size() const { return sums_.size(); }
  /// The variance of the means, with equal weight for every cell.
  double variance() const {
    double mean = 0, sum = 0;
    for (std::size_t i = 0; i < size(); ++i) mean += (*this)[i] / static_cast<double>(size());
    for (std::size_t i = 0; i < size(); ++i) sum += std::pow((*this)[i] - mean, 2);
    return sum / static_cast<double>(size());
  }

 private:
  std::vector<double> sums_;
  std::vector<std::uint32_t> counts_;
};

/// The grid's cells, the last factor's levels running fastest; nothing where one was not tried.
std::optional<Means> cells_of(std::span<const Factor> factors, std::span<const double> values) {
  std::uint64_t size = 1;
  for (const Factor& factor : factors) {
    size *= factor.count;
    if (factor.groups || size > std::min<std::uint64_t>(values.size(), most_cells)) return std::nullopt;
  }
  Means cells(size);
  for (std::size_t trial = 0; trial < values.size(); ++trial) {
    std::size_t cell = 0;
    for (const Factor& factor : factors) cell = cell * factor.count + factor.levels[trial];
    cells.add(cell, values[trial]);
  }
  return cells.complete() ? std::optional(std::move(cells)) : std::nullopt;
}

/// The levels of all factors in a cell, from the cell's number.
class Levels {
 public:
  explicit Levels(std::span<const Factor> factors) : factors_(factors), strides_(factors.size(), 1) {
    for (std::size_t i = factors.size(); i-- > 1;) strides_[i - 1] = strides_[i] * factors[i].count;
  }
  std::size_t at(std::size_t cell, std::size_t factor) const {
    return cell / strides_[factor] % factors_[factor].count;
  }

 private:
  std::span<const Factor> factors_;
  std::vector<std::size_t> strides_;
};

/// The variance of the means over two factors, or over one where they are the same.
double marginal_variance(const Means& cells, std::span<const Factor> factors, std::size_t a, std::size_t b) {
  const Levels levels(factors);
  Means margin(a == b ? factors[a].count : std::size_t{factors[a].count} * factors[b].count);
  for (std::size_t cell = 0; cell < cells.size(); ++cell) {
    const std::size_t level = levels.at(cell, a);
    margin.add(a == b ? level : level * factors[b].count + levels.at(cell, b), cells[cell]);
  }
  return margin.variance();
}

std::vector<Importance::Effect> anova(const Means& cells, std::span<const Factor> factors) {
  const double total = cells.variance();
  std::vector<double> main;
  std::vector<Importance::Effect> effects;
  for (std::size_t a = 0; a < factors.size(); ++a) {
    main.push_back(marginal_variance(cells, factors, a, a));
    effects.push_back({a, a, main[a] / total});
    for (std::size_t b = 0; b < a; ++b)
      effects.push_back({b, a, std::max(0.0, marginal_variance(cells, factors, b, a) - main[a] - main[b]) / total});
  }
  return effects;
}

/// Which trials are among the best tenth, including all that tie with the last of them.
std::vector<bool> best_tenth(std::span<const double> values, bool maximize) {
  std::vector<double> losses(values.begin(), values.end());
  if (maximize)
    for (double& loss : losses) loss = -loss;
  std::vector<double> sorted = losses;
  const auto last = sorted.begin() + static_cast<std::ptrdiff_t>((sorted.size() - 1) / 10);
  std::nth_element(sorted.begin(), last, sorted.end());
  std::vector<bool> best;
  for (const double loss : losses) best.push_back(loss <= *last);
  return best;
}

/// Pearson's divergence between the distributions of levels among the best trials and among all.
double divergence(const Factor& factor, const std::vector<bool>& best) {
  std::vector<double> all(factor.count), good(factor.count);
  double goods = 0;
  for (std::size_t trial = 0; trial < best.size(); ++trial) {
    ++all[factor.levels[trial]];
    if (best[trial]) ++good[factor.levels[trial]], ++goods;
  }
  double sum = 0;
  for (std::size_t level = 0; level < factor.count; ++level) {
    const double share = all[level] / static_cast<double>(best.size());
    if (share > 0) sum += share * std::pow(good[level] / goods / share - 1, 2);
  }
  return sum;
}

std::vector<Importance::Effect> ped_anova(std::span<const Factor> factors, const std::vector<bool>& best) {
  std::vector<Importance::Effect> effects;
  double total = 0;
  for (std::size_t i = 0; i < factors.size(); ++i) {
    effects.push_back({i, i, divergence(factors[i], best)});
    total += effects.back().share;
  }
  for (Importance::Effect& effect : effects) effect.share = total > 0 ? effect.share / total : 0;
  return effects;
}

}  // namespace

std::optional<Importance> importance(std::span<const Factor> factors, std::span<const double> values, bool maximize) {
  if (factors.empty() || values.size() < 2) return std::nullopt;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  if (*least == *most) return std::nullopt;
  const auto cells = cells_of(factors, values);
  const bool exact = cells && cells->variance() > 0;
  Importance result{exact, exact ? anova(*cells, factors) : ped_anova(factors, best_tenth(values, maximize))};
  std::stable_sort(result.effects.begin(), result.effects.end(),
                   [](const auto& a, const auto& b) { return a.share > b.share; });
  return result;
}

Factor factor_of(std::string name, std::span<const double> numbers, std::size_t most) {
  std::vector<double> sorted(numbers.begin(), numbers.end());
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> begins = sorted;  // the smallest value of each level
  begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  const bool groups = begins.size() > most;
  if (groups) {
    begins.clear();
    for (std::size_t i = 0; i < most; ++i) begins.push_back(sorted[i * sorted.size() / most]);
    begins.erase(std::unique(begins.begin(), begins.end()), begins.end());
  }
  Factor factor{std::move(name), {}, static_cast<std::uint32_t>(begins.size()), groups};
  for (const double number : numbers)
    factor.levels.push_back(
        static_cast<std::uint32_t>(std::upper_bound(begins.begin(), begins.end(), number) - begins.begin() - 1));
  return factor;
}

}  // namespace stormsweep
