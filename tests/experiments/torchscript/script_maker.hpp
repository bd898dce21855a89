#pragma once

#include <torch/csrc/jit/api/module.h>
#include <torch/types.h>

#include <filesystem>
#include <string>

#include "models/tornado_cnn.hpp"

namespace stormsweep {

inline torch::Tensor trained(const torch::Tensor& values) {
  return values.detach().clone().set_requires_grad(true);
}

/// A dense layer [n, inputs] to [n], with dropout before it, as a user exports one.
inline torch::jit::Module dense_script(std::int64_t inputs) {
  torch::jit::Module script("Dense");
  script.register_parameter("weight", trained(torch::ones({1, inputs}) / static_cast<double>(inputs)), false);
  script.register_parameter("bias", trained(torch::zeros({1})), false);
  script.register_attribute("dropout", c10::FloatType::get(), 0.0);
  script.register_attribute("training", c10::BoolType::get(), true);
  script.define(R"(
def forward(self, input: Tensor) -> Tensor:
    return torch.linear(torch.dropout(input, self.dropout, self.training), self.weight, self.bias).squeeze(1)

def hyperparameters(self) -> List[str]:
    return ["dropout", "depth"]

def reset_parameters(self):
    self.weight.uniform_(-0.5, 0.5)
)");
  return script;
}

/// Batch norm of two channels and a dense layer: [n, 2] to [n].
inline torch::jit::Module normed_script() {
  torch::jit::Module script("Normed");
  script.register_parameter("scale", trained(torch::ones({2})), false);
  script.register_parameter("shift", trained(torch::zeros({2})), false);
  script.register_parameter("weight", trained(torch::ones({1, 2})), false);
  script.register_buffer("mean", torch::zeros({2}));
  script.register_buffer("variance", torch::ones({2}));
  script.register_attribute("training", c10::BoolType::get(), true);
  script.define(R"(
def forward(self, input: Tensor) -> Tensor:
    normed = torch.batch_norm(input, self.scale, self.shift, self.mean, self.variance, self.training, 0.1, 1e-5, False)
    return torch.linear(normed, self.weight, None).squeeze(1)
)");
  return script;
}

/// A dense layer, [n, 2] to [n], of inputs divided by a mean magnitude that training both updates and reads.
inline torch::jit::Module levelled_script() {
  torch::jit::Module script("Levelled");
  script.register_parameter("weight", trained(torch::ones({1, 2})), false);
  script.register_buffer("level", torch::ones({1}));
  script.register_buffer("steps", torch::zeros({}, torch::kInt64));
  script.register_attribute("training", c10::BoolType::get(), true);
  script.define(R"(
def forward(self, input: Tensor) -> Tensor:
    if self.training:
        self.level.mul_(0.9).add_(input.abs().mean() * 0.1)
        self.steps.add_(1)
    return torch.linear(input / self.level, self.weight, None).squeeze(1)
)");
  return script;
}

/// The tornado network with the weights of `network`: [n, 3, 32, 32] to logits [n].
inline torch::jit::Module tornado_script(const TornadoCnn& network) {
  torch::jit::Module script("Tornado");
  for (std::size_t layer = 0; layer < 3; ++layer) {
    script.register_parameter("weight" + std::to_string(layer), trained(network.convolution(layer)->weight), false);
    script.register_parameter("bias" + std::to_string(layer), trained(network.convolution(layer)->bias), false);
  }
  script.register_parameter("weight3", trained(network.dense()->weight), false);
  script.register_parameter("bias3", trained(network.dense()->bias), false);
  script.define(R"(
def forward(self, input: Tensor) -> Tensor:
    x = torch.relu(torch.conv2d(input, self.weight0, self.bias0, [1, 1], [2, 2], [1, 1], 1))
    x = torch.avg_pool2d(x, [2, 2], [2, 2], [0, 0], False, True, None)
    x = torch.relu(torch.conv2d(x, self.weight1, self.bias1, [1, 1], [2, 2], [1, 1], 1))
    x = torch.avg_pool2d(x, [2, 2], [2, 2], [0, 0], False, True, None)
    x = torch.relu(torch.conv2d(x, self.weight2, self.bias2, [1, 1], [2, 2], [1, 1], 1))
    return torch.linear(torch.flatten(x, 1), self.weight3, self.bias3).squeeze(1)
)");
  return script;
}

}  // namespace stormsweep
