#include "experiments/torchscript/script_network.hpp"

#include <doctest/doctest.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/utils.h>

#include <fstream>

#include "search/base/error.hpp"
#include "tests/experiments/torchscript/script_maker.hpp"
#include "tests/folder.hpp"

using namespace stormsweep;

namespace {

ScriptNetwork load(const std::filesystem::path& file, const std::map<std::string, Value>& hyperparameters = {},
                   std::uint64_t seed = 1, const TensorStatistics& statistics = {}) {
  return {file, hyperparameters, seed, statistics, torch::kCPU};
}

}  // namespace

TEST_CASE("a script is trained through its own parameters, and evaluates what was trained") {
  const TemporaryFolder folder;
  normed_script().save(folder / "n.pt");
  ScriptNetwork network = load(folder / "n.pt");
  CHECK(!network.draws_weights());
  CHECK(network.parameters().size() == 3);
  CHECK(network.buffers().size() == 2);
  const auto input = torch::tensor({1.F, 2.F, 3.F, 6.F}).reshape({2, 2});

  network.train();
  network.forward(input).sum().backward();
  for (const torch::Tensor& parameter : network.parameters()) CHECK(parameter.grad().defined());
  CHECK(network.named_buffers()["mean"].allclose(torch::tensor({0.2F, 0.4F})));  // a tenth of the way to 2, 4
  network.eval();
  const torch::NoGradGuard no_gradient;
  const auto before = network.forward(input);
  network.named_parameters()["weight"] *= 2;
  CHECK(network.forward(input).allclose(2 * before));
}

TEST_CASE("first weights are drawn from the seed alone where a script can, hyperparameters set") {
  const TemporaryFolder folder;
  dense_script(4).save(folder / "d.pt");
  ScriptNetwork one = load(folder / "d.pt"), same = load(folder / "d.pt"), other = load(folder / "d.pt", {}, 2);
  CHECK(one.draws_weights());
  CHECK(one.parameters()[0].equal(same.parameters()[0]));
  CHECK(!one.parameters()[0].equal(other.parameters()[0]));

  ScriptNetwork dropped = load(folder / "d.pt", {{"dropout", 0.5}});
  dropped.train();
  const auto input = torch::ones({1000, 4});
  CHECK(!dropped.forward(input).equal(one.forward(input)));
  dropped.eval(), one.eval();
  CHECK(dropped.forward(input).equal(one.forward(input)));
}

TEST_CASE("an attribute is a hyperparameter wherever a method reads it") {
  const TemporaryFolder folder;
  torch::jit::Module script = normed_script();
  script.register_attribute("width", c10::IntType::get(), 3);
  script.define(R"(
def hyperparameters(self) -> List[str]:
    return ["width"]

def reset_parameters(self):
    if self.training:
        self.weight.fill_(self.width)
)");
  script.save(folder / "n.pt");
  CHECK(
      load(folder / "n.pt", {{"width", std::int64_t{4}}}).named_parameters()["weight"].equal(torch::full({1, 2}, 4.F)));
}

TEST_CASE("a frozen batch norm stays as it is; a network that was saved whole in evaluation mode is trained whole") {
  const TemporaryFolder folder;
  torch::jit::Module script("Whole"), norm = normed_script();
  script.register_module("norm", norm);
  script.register_attribute("training", c10::BoolType::get(), true);
  script.define("def forward(self, input: Tensor) -> Tensor:\n    return self.norm.forward(input)\n");
  norm.eval();
  script.save(folder / "frozen.pt");
  script.eval();
  script.save(folder / "whole.pt");
  for (const char* file : {"frozen.pt", "whole.pt"}) {
    ScriptNetwork network = load(folder / file, {}, 1, {{0, 0}, {1, 1}, 2});
    network.eval(), network.train();
    network.forward(torch::tensor({1.F, 2.F, 3.F, 6.F}).reshape({2, 2}));
    CHECK(network.named_buffers()["norm.mean"].equal(torch::zeros({2})) == (file == std::string("frozen.pt")));
  }
}

TEST_CASE("what is kept takes inputs as they are, and needs no more than TorchScript") {
  const TemporaryFolder folder;
  dense_script(2).save(folder / "d.pt");
  ScriptNetwork network = load(folder / "d.pt", {}, 1, {{280, 1e5}, {20, 500}, 2});
  network.eval();
  const torch::NoGradGuard no_gradient;
  const auto input = torch::tensor({300.F, 101000.F}).reshape({1, 2});
  const auto weight = network.parameters()[0];
  const auto expected = weight[0][0] * 1 + weight[0][1] * 2;
  CHECK(network.forward(input)[0].item<float>() == doctest::Approx(expected.item<float>()));
  network.write(folder / "kept/k.pt");
  torch::jit::Module kept = torch::jit::load(folder / "kept/k.pt");
  CHECK(!kept.is_training());
  CHECK(kept.forward({input}).toTensor().equal(network.forward(input)));
}

TEST_CASE("parameters that need no gradient stay as they are; those that two names share are one") {
  const TemporaryFolder folder;
  torch::jit::Module script = dense_script(2);
  script.register_parameter("frozen", torch::ones({2}).set_requires_grad(false), false);
  script.register_parameter("same", script.attr("weight").toTensor(), false);
  script.save(folder / "d.pt");
  CHECK(load(folder / "d.pt").parameters().size() == 2);
}

TEST_CASE("bf16 computes in bf16 and keeps weights in float32") {
  const TemporaryFolder folder;
  dense_script(64).save(folder / "d.pt");
  ScriptNetwork network = load(folder / "d.pt");
  const auto input = torch::randn({8, 64});
  const auto exact = network.forward(input), rough = network.forward(input, torch::kBFloat16);
  CHECK(rough.dtype() == torch::kFloat32);
  CHECK(!rough.equal(exact));
  CHECK(rough.allclose(exact, 2e-2, 2e-2));
  rough.sum().backward();
  CHECK(network.parameters()[0].grad().dtype() == torch::kFloat32);
  CHECK(network.forward(input).equal(exact));
}

TEST_CASE("what is no network is refused, with file and remedy") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& file, const std::map<std::string, Value>& hyperparameters,
                           const std::string& why) {
    CAPTURE(why);
    CHECK_THROWS_WITH_AS(load(folder / file, hyperparameters), doctest::Contains(why.c_str()), InputError);
  };
  refused("none.pt", {}, "none.pt: there is no such file");
  std::ofstream(folder / "text.pt") << "weights";
  refused("text.pt", {}, "text.pt: is no TorchScript that LibTorch ");
  torch::jit::Module empty("Empty");
  empty.define("def forward(self, x: Tensor) -> Tensor:\n    return x\n");
  empty.save(folder / "empty.pt");
  refused("empty.pt", {}, "has no parameter to train");
  dense_script(2).save(folder / "d.pt");
  refused("d.pt", {{"width", std::int64_t{3}}}, "its hyperparameters() does not name width");
  refused("d.pt", {{"depth", std::int64_t{3}}}, "has no attribute depth");
  refused("d.pt", {{"dropout", std::int64_t{1}}}, "its attribute dropout is of the type float, which 1 is not");
  torch::jit::Module counted = normed_script();
  counted.define("def hyperparameters(self) -> List[int]:\n    return [1]\n");
  counted.save(folder / "c.pt");
  refused("c.pt", {{"dropout", 0.1}}, "its hyperparameters() gives no names");
  torch::jit::Module built = normed_script();
  built.register_attribute("width", c10::IntType::get(), 3);
  built.define("def hyperparameters(self) -> List[str]:\n    return ['width'][:self.width]\n");
  built.save(folder / "b.pt");
  refused("b.pt", {{"width", std::int64_t{4}}}, "its attribute width is read by no method");
  CHECK_NOTHROW(load(folder / "b.pt", {{"width", std::int64_t{3}}}));  // as if other networks of the space had it
  torch::jit::Module assigned = normed_script(), outer("Outer");
  assigned.register_attribute("steps", c10::IntType::get(), 0);
  assigned.define("def advance(self):\n    if self.training:\n        self.steps += 1\n");
  outer.register_module("inner", assigned);
  outer.define("def forward(self, input: Tensor) -> Tensor:\n    return self.inner.forward(input)\n");
  outer.save(folder / "s.pt");
  refused("s.pt", {},
          "s.pt: its advance() assigns self.steps, which a training that is stopped would lose; make it a buffer and "
          "update that in place: self.steps.copy_(...)");
  torch::jit::Module older = normed_script();
  older.register_buffer("num_batches_tracked", torch::zeros({}, torch::kInt64));
  older.define(R"(
def count(self):
    self.num_batches_tracked = self.num_batches_tracked + 1
    self.mean += 1
    self.variance = self.variance.mul_(0.9).add_(0.1)

def reset_parameters(self):
    self.mean = torch.zeros([2])
)");
  older.save(folder / "o.pt");
  CHECK_NOTHROW(load(folder / "o.pt"));
  ScriptNetwork network = load(folder / "d.pt");
  try {
    network.forward(torch::zeros({1, 3}));
    FAIL("shapes that do not fit went through");
  } catch (const std::runtime_error& error) {
    CAPTURE(error.what());
    CHECK(std::string(error.what()).starts_with("d.pt: "));
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}
