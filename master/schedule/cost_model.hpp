#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "search/space/configuration.hpp"
#include "search/space/experiment.hpp"

namespace stormsweep {

/// Learns from trials that have ended how many seconds others will take, so that long ones can start first.
///
/// Its form is seconds = fixed + exp(constant + sum of weights x features): a feature is the logarithm of a number, one
/// word of a choice, or a flag, so the second term is a product of powers (epochs x data_multiplier / gpus^0.9 ...),
/// and `fixed` is what every trial pays whatever it trains (opening its data). A pure product (fixed = 0) was not good
/// enough: where a fixed cost dominates short trials it flattens every power, and long ones are told too short; a sum
/// of terms cannot say that batch size and epochs multiply. `fixed` is the best of a few shares of the shortest trial
/// seen; the rest is ridge least squares on log(seconds - fixed), each row weighted as if errors were relative to its
/// seconds.
///
/// Only hyperparameters that have varied among the rows count, and of these only what stands out from the noise (three
/// standard errors), so that an axis that costs nothing (a replicate) does not order anything. The milestone
/// hyperparameter (epochs) is taken to cost in proportion until rows say otherwise. A zero where others are positive is
/// taken for a tenth of the smallest positive value seen; numbers that may be negative count as they are.
class CostModel {
 public:
  explicit CostModel(const Experiment& experiment);

  /// A complete trial. Seconds that are not positive are ignored. At most `most_rows` are kept, a fair sample of all,
  /// so that the work of an add falls towards nothing; it is fitted anew when the number of rows has grown by a
  /// quarter.
  void add(const Configuration& configuration, double wall_seconds);
  /// Whether the next add would keep its row. Where not, `skip` is as good and saves making the configuration.
  bool keeps_next() const { return rows_.size() < most_rows || next_slot() < most_rows; }
  void skip() { ++added_; }

  /// Whether there are enough rows for what has varied: twice as many as coefficients, and 8 at least.
  bool ready() const { return fits_ > 0; }
  /// The expected wall seconds, positive and finite; nothing until it is ready.
  std::optional<double> seconds(const Configuration& configuration) const;
  /// Standard deviation of the natural logarithm of seconds around what is expected.
  double noise() const { return noise_; }
  /// How often it has been fitted: `seconds` changes with it and not otherwise.
  std::uint64_t fits() const { return fits_; }

  static constexpr std::size_t most_rows = 2000;

 private:
  struct Row {
    std::vector<double> values;  ///< one a hyperparameter: the number, the position of the word, 0 or 1
    double seconds;
  };
  struct Feature {
    enum class Kind { logarithm, plain, word } kind;
    std::size_t hyperparameter;
    double parameter;  ///< logarithm: values below count as this; word: its position
    double weight = 0;

    double of(double value) const;
  };
  struct Form {
    std::vector<Feature> features;
    double constant = 0, fixed = 0;
    std::vector<double> errors;  ///< standard errors of the weights
    double misfit = 0;           ///< sum of the squared errors of log(seconds)
  };

  std::uint64_t next_slot() const;
  void fit();
  std::vector<Feature> varied() const;
  Form fitted(std::vector<Feature> features, double fixed) const;
  /// `value(h)` is that of hyperparameter number h.
  template <class ValueOf>
  double expected(const Form& form, ValueOf value) const;

  const Experiment& experiment_;
  std::vector<Row> rows_;
  std::uint64_t added_ = 0, next_fit_ = 8, fits_ = 0;
  Form form_;
  double noise_ = 0;
};

}  // namespace stormsweep
