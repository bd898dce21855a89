#include "experiments/torchscript/script_check.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"
#include "tests/experiments/torchscript/script_world.hpp"

using namespace stormsweep;

TEST_CASE("a check tells of samples and networks, and knows files that have changed") {
  const ScriptWorld world;
  const Space space = world.space(R"("network": ["dense.pt", "normed.pt"])");
  const DataCheck check = check_data(space);
  REQUIRE(check.notes.size() == 5);
  CHECK(check.notes[0] == "train: 50 samples");
  CHECK(check.notes[3] ==
        "dense.pt: 3 parameters, 4e-06 MFLOP a sample forward, [2] to []; its reset_parameters() draws the first "
        "weights");
  CHECK(check.notes[4].ends_with("every training begins with the weights in the file"));
  CHECK(check_data(space).fingerprint == check.fingerprint);
  CHECK(check_data(world.space()).fingerprint == check.fingerprint);  // which asks for dense.pt alone

  torch::jit::Module other = normed_script();
  other.setattr("weight", torch::zeros({1, 2}).set_requires_grad(true));
  other.save(world.folder() / "normed.pt");
  CHECK(check_data(space).fingerprint != check.fingerprint);
  CHECK(check_data(ScriptWorld(R"("l1")").space()).fingerprint != check_data(ScriptWorld().space()).fingerprint);
  CHECK(check_data(ScriptWorld().space()).fingerprint == check_data(ScriptWorld().space()).fingerprint);
}

TEST_CASE("a network is tried with the values that its space gives, not with the experiment's defaults") {
  const ScriptWorld world(R"("mse", "hyperparameters": [{"name": "depth", "type": "integer", "default": 7,
      "min": 1, "max": 9, "meaning": "m"}])",
                          R"("deep.pt")");
  torch::jit::Module script("Deep");
  script.register_parameter("weight", trained(torch::ones({1, 2})), false);
  script.register_parameter("bias", trained(torch::zeros({1})), false);
  script.register_attribute("depth", c10::IntType::get(), 1);
  script.define(R"(
def forward(self, input: Tensor) -> Tensor:
    assert self.depth < 3, "too deep"
    return torch.linear(input, self.weight, self.bias).squeeze(1)

def hyperparameters(self) -> List[str]:
    return ["depth"]
)");
  script.save(world.folder() / "deep.pt");
  CHECK_NOTHROW(check_data(world.space(R"("depth": [2, 1])")));
  CHECK_THROWS_WITH_AS(check_data(world.space()), doctest::Contains("too deep"), InputError);

  const ScriptWorld two(R"("mse", "hyperparameters": [{"name": "depth", "type": "integer", "default": 1,
      "min": 1, "max": 9, "meaning": "m"}])",
                        R"(["shallow.pt", "deep.pt"])");
  script.save(two.folder() / "deep.pt");
  torch::jit::Module shallow("Shallow");
  shallow.register_parameter("weight", trained(torch::ones({1, 2})), false);
  shallow.register_attribute("depth", c10::IntType::get(), 1);
  shallow.define(R"(
def forward(self, input: Tensor) -> Tensor:
    return torch.linear(input, self.weight).squeeze(1)

def hyperparameters(self) -> List[str]:
    return ["depth"]
)");
  shallow.save(two.folder() / "shallow.pt");
  const std::string all = R"("network": ["shallow.pt", "deep.pt"], "depth": [5, 2])";
  CHECK_THROWS_WITH_AS(check_data(two.space(all)), doctest::Contains("too deep"), InputError);
  CHECK_NOTHROW(check_data(two.space(all + R"(}, "exclude": [{"network": ["deep.pt"], "depth": [5]}], "limits": {)")));
}

TEST_CASE("without a validation file the test samples validate, and the check says so") {
  const ScriptWorld world;
  Space space = world.space();
  space.data.erase("validation");
  CHECK(check_data(space).notes[1] == "validation: the test samples, for want of a file");
}

TEST_CASE("what does not belong together is refused before anything is trained") {
  const auto refused = [](const ScriptWorld& world, const std::string& why) {
    CAPTURE(why);
    CHECK_THROWS_WITH_AS(check_data(world.space()), doctest::Contains(why.c_str()), InputError);
  };
  refused(ScriptWorld(R"("cross_entropy")"),
          "dense.pt's output is [2] and target [2] of reals, but cross_entropy wants [n, classes, ...]");
  refused(ScriptWorld(R"("own.pt")"), "own.pt: cannot be read (No such file");
  refused(ScriptWorld(R"("mse")", R"("none.pt")"), "none.pt: cannot be read (No such file");
  {
    const ScriptWorld world;
    write_tensors(world.folder() / "test.h5", {{"input", torch::zeros({3, 2})}, {"target", torch::zeros({3, 1})}});
    refused(world, "test.h5: a sample's target is Float [1], and in ");
  }
  {
    const ScriptWorld world;
    for (const char* split : {"train", "validation", "test"})
      write_tensors(world.folder() / (std::string(split) + ".h5"),
                    {{"input", torch::zeros({3, 5})}, {"target", torch::zeros({3})}});
    refused(world, "train.h5: dense.pt: ");
  }
  {
    const ScriptWorld world(R"("own.pt")");
    torch::jit::Module loss("Loss");
    loss.define("def forward(self, output: Tensor, target: Tensor) -> Tensor:\n    return output - target\n");
    loss.save(world.folder() / "own.pt");
    refused(world, "own.pt: gives no single number");
  }
  {
    const ScriptWorld world(R"("own.pt", "metrics": ["validation_accuracy"])");
    torch::jit::Module loss("Loss");
    loss.define("def forward(self, output: Tensor, target: Tensor) -> Tensor:\n    return (output - target).sum()\n");
    loss.save(world.folder() / "own.pt");
    refused(world, "own.pt does not tell what outputs are, which accuracy needs");
    loss.register_attribute("logits", c10::BoolType::get(), false);
    loss.save(world.folder() / "own.pt");
    CHECK_NOTHROW(check_data(world.space()));
  }
}
