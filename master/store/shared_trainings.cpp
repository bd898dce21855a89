#include "master/store/shared_trainings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "search/base/error.hpp"
#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// "milestone epochs, of_length [cosine of schedule]", of the words that `space` has.
std::string sharing(const Space& space, const Experiment& experiment) {
  std::vector<std::string> words;
  if (const auto h = experiment.length_dependence()) {
    const Hyperparameter& dependent = experiment.hyperparameters[*h];
    for (const Value& value : values(space, dependent.name))
      if (const auto* word = std::get_if<std::string>(&value);
          word && std::ranges::count(dependent.of_length, *word) > 0)
        words.push_back(*word + " of " + dependent.name);
  }
  return fmt::format("milestone {}, of_length [{}]",
                     experiment.milestone ? experiment.hyperparameters[*experiment.milestone].name : "none",
                     join(words));
}

}  // namespace

std::optional<Space> read_earlier(const std::string& text, const std::string& search) {
  try {
    return parse_space(text, search, "/");
  } catch (const InputError&) {
    return std::nullopt;
  }
}

std::string shared_otherwise(const Space& earlier, const Experiment& experiment) {
  const std::string was = sharing(earlier, *earlier.experiment), is = sharing(earlier, experiment);
  return was == is ? "" : fmt::format("{} rather than {}", was, is);
}

}  // namespace stormsweep
