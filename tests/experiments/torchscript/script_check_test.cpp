#include "experiments/torchscript/script_check.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "experiments/torchscript/known_statistics.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "tests/experiments/torchscript/script_world.hpp"
#include "tests/flip_last_byte.hpp"

using namespace stormsweep;

TEST_CASE("a check reports samples and networks, and recognises changed files") {
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
  CHECK(check_data(world.space()).fingerprint == check.fingerprint);  // whose space asks for dense.pt alone

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
    assert self.depth < 9
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
    refused(world, "own.pt does not say whether outputs are logits, which accuracy needs");
    loss.register_attribute("logits", c10::BoolType::get(), false);
    loss.save(world.folder() / "own.pt");
    CHECK_NOTHROW(check_data(world.space()));
  }
}

TEST_CASE("data that have not changed are not read again, and what the workers want of them is kept") {
  const ScriptWorld world;
  const auto old = std::filesystem::file_time_type::clock::now() - std::chrono::hours(1);
  const std::vector<std::string> splits{"train", "validation", "test"};
  for (const std::string& split : splits) std::filesystem::last_write_time(world.folder() / (split + ".h5"), old);
  const std::filesystem::path cache = world.folder() / "cache";
  const DataCheck first = check_data(world.space(), cache), second = check_data(world.space(), cache);
  CHECK(first.fingerprint == check_data(world.space()).fingerprint);
  CHECK(second.fingerprint == first.fingerprint);
  CHECK(second.notes == first.notes);

  // The kept scan is trusted: another fingerprint in it changes that of the search.
  std::vector<std::string> scans;
  int statistics = 0;
  for (const auto& entry : std::filesystem::directory_iterator(cache)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("scan-")) scans.push_back(entry.path().string());
    statistics += name.starts_with("torchscript-") && name.ends_with(".json");
  }
  REQUIRE(scans.size() == 3);
  CHECK(statistics == 1);
  const TensorSet train(world.folder() / "train.h5");
  const TensorStatistics known = known_statistics(train, {.fingerprint = first.fingerprint, .cache = cache}),
                         found = scan(train).statistics;
  CHECK(known.mean == found.mean);
  CHECK(known.deviation == found.deviation);
  std::string text = read_file(scans[0], "");
  const std::size_t place = text.find("fingerprint") + 18;
  text[place] = text[place] == '0' ? '1' : '0';
  std::ofstream(scans[0]) << text;
  CHECK(check_data(world.space(), cache).fingerprint != first.fingerprint);

  // Changes one byte of the last target, but neither size nor modification time.
  flip_last_byte(world.folder() / "test.h5");
  for (const std::string& split : splits) std::filesystem::last_write_time(world.folder() / (split + ".h5"), old);
  CHECK(check_data(world.space(), cache).fingerprint == check_data(world.space()).fingerprint);
  CHECK(check_data(world.space()).fingerprint != first.fingerprint);
}

TEST_CASE("labels are classes of the network, or are refused by split and sample before anything is trained") {
  const ScriptWorld world(R"("cross_entropy", "metrics": ["validation_loss", "test_accuracy"])", R"("three.pt")");
  torch::jit::Module script("Three");
  script.register_parameter("weight", trained(torch::ones({3, 2})), false);
  script.define("def forward(self, input: Tensor) -> Tensor:\n    return torch.linear(input, self.weight)\n");
  script.save(world.folder() / "three.pt");
  const auto write = [&](const char* split, std::vector<std::int64_t> labels) {
    const auto samples = std::ssize(labels);
    write_tensors(world.folder() / (std::string(split) + ".h5"),
                  {{"input", torch::randn({samples, 2})}, {"target", torch::tensor(labels, torch::kInt64)}});
  };
  const auto refused = [&](const std::string& why) {
    CAPTURE(why);
    CHECK_THROWS_WITH_AS(check_data(world.space()), doctest::Contains(why.c_str()), InputError);
  };
  for (const char* split : {"train", "validation", "test"}) write(split, {0, 2, 1, 0});
  CHECK_NOTHROW(check_data(world.space()));
  write("train", {0, 1, 7, 2});
  refused("train.h5: target[2] has the label 7, and three.pt has classes 0 to 2; number labels from 0 on");
  write("train", {1, 2, 3, 3});  // also in the samples that are tried
  refused("train.h5: target[2] has the label 3, and");
  write("train", {0, 1, 2});
  write("test", {0, -100, 2});  // -100, which PyTorch's loss leaves out, and its accuracy does not
  refused("test.h5: target[1] has the label -100, and");
  {
    const ScriptWorld own(R"("own.pt")", R"("three.pt")");  // a loss of one's own decides about its labels
    script.save(own.folder() / "three.pt");
    torch::jit::Module loss("Loss");
    loss.define(R"(
def forward(self, output: Tensor, target: Tensor) -> Tensor:
    return torch.cross_entropy_loss(output, target, None, 1, -100, 0.0)
)");
    loss.save(own.folder() / "own.pt");
    for (const char* split : {"train", "validation", "test"})
      write_tensors(own.folder() / (std::string(split) + ".h5"),
                    {{"input", torch::randn({3, 2})}, {"target", torch::tensor({0, -100, 2}, torch::kInt64)}});
    CHECK_NOTHROW(check_data(own.space()));
    write_tensors(own.folder() / "train.h5",
                  {{"input", torch::randn({3, 2})}, {"target", torch::tensor({0, 1, 3}, torch::kInt64)}});
    try {
      check_data(own.space());
      FAIL("a class that is none went through");
    } catch (const InputError& error) {  // LibTorch's own words, and no trace of its stack
      CHECK(std::string(error.what()).find("Target 3 is out of bounds") != std::string::npos);
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
    }
  }
}

TEST_CASE("a failing method of the script is reported in one line") {
  const ScriptWorld world(R"("mse")", R"("odd.pt")");
  torch::jit::Module script("Odd");
  script.register_parameter("weight", trained(torch::ones({1, 2})), false);
  script.define(R"(
def forward(self, input: Tensor) -> Tensor:
    return torch.linear(input, self.weight).squeeze(1)

def reset_parameters(self):
    self.weight.normal_(0.0, -1.0)
)");
  script.save(world.folder() / "odd.pt");
  try {
    check_data(world.space());
    FAIL("a negative deviation went through");
  } catch (const InputError& error) {
    CHECK(std::string(error.what()).find("odd.pt: its reset_parameters() fails (") != std::string::npos);
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
  }
}
