#include "worker/optimizer.hpp"

#include "search/error.hpp"

namespace stormsweep {

std::unique_ptr<torch::optim::Optimizer> make_optimizer(std::string_view name, double learning_rate,
                                                        std::vector<torch::Tensor> parameters) {
  using namespace torch::optim;
  if (name == "adam") return std::make_unique<Adam>(std::move(parameters), AdamOptions(learning_rate));
  if (name == "adamw") return std::make_unique<AdamW>(std::move(parameters), AdamWOptions(learning_rate));
  if (name == "rmsprop") return std::make_unique<RMSprop>(std::move(parameters), RMSpropOptions(learning_rate));
  if (name == "sgd") return std::make_unique<SGD>(std::move(parameters), SGDOptions(learning_rate).momentum(0.9));
  throw InputError("optimizer is " + std::string(name) + "; known are adam, adamw, rmsprop and sgd");
}

}  // namespace stormsweep
