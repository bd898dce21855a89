#include "experiments/torchscript/script_network.hpp"

#include <ATen/autocast_mode.h>
#include <fmt/format.h>
#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <algorithm>
#include <memory>
#include <new>
#include <set>
#include <stdexcept>

#include "experiments/task/archive_file.hpp"
#include "experiments/task/out_of_memory.hpp"
#include "experiments/torchscript/script_error.hpp"
#include "search/base/error.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

/// While it lives, operators choose their arithmetic as under torch.autocast.
class Autocast {
 public:
  Autocast(const torch::Device& device, torch::ScalarType type) : device_(device.type()) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_dtype(device_, type);
#else
    device_ == torch::kCPU ? at::autocast::set_autocast_cpu_dtype(type) : at::autocast::set_autocast_gpu_dtype(type);
#endif
    enable(true);
  }
  ~Autocast() {
    enable(false);
    at::autocast::clear_cache();  // it holds weights, which the next step changes
  }

 private:
  void enable(bool on) const {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
    at::autocast::set_autocast_enabled(device_, on);
#else
    device_ == torch::kCPU ? at::autocast::set_cpu_enabled(on) : at::autocast::set_enabled(on);
#endif
  }

  torch::DeviceType device_;
};

/// The value for an attribute that holds `now`; nothing where that is of another type.
std::optional<c10::IValue> as_attribute(const Value& value, const c10::IValue& now) {
  if (const auto* integer = std::get_if<std::int64_t>(&value); integer && now.isInt()) return c10::IValue(*integer);
  if (const auto* real = std::get_if<double>(&value); real && now.isDouble()) return c10::IValue(*real);
  if (const auto* flag = std::get_if<bool>(&value); flag && now.isBool()) return c10::IValue(*flag);
  if (const auto* word = std::get_if<std::string>(&value); word && now.isString()) return c10::IValue(*word);
  return std::nullopt;
}

/// The result of a method without arguments.
c10::IValue call(torch::jit::Method& method, const fs::path& file) {
  try {
    return method({});
  } catch (const std::exception& error) {
    if (is_out_of_memory(error) || tells_out_of_memory(error.what())) throw std::bad_alloc();
    throw InputError(fmt::format("{}: its {}() fails ({}); mend the module, and export it again", file.string(),
                                 method.name(), script_error(error.what())));
  }
}

std::vector<std::string> named_by(torch::jit::Module& script, const fs::path& file) {
  auto method = script.find_method("hyperparameters");
  if (!method) return {};
  const c10::IValue list = call(*method, file);
  const auto is_name = [](const c10::IValue& name) { return name.isString(); };
  if (!list.isList() || !std::ranges::all_of(list.toListRef(), is_name))
    throw InputError(file.string() + ": its hyperparameters() gives no names; let it return a List[str]");
  std::vector<std::string> names;
  for (const c10::IValue& name : list.toListRef()) names.push_back(name.toStringRef());
  return names;
}

/// The first node of a block, or of a block within it, for which `fits` holds, or nullptr.
template <class Fits>
const torch::jit::Node* find_node(const torch::jit::Block& block, const Fits& fits) {
  for (const torch::jit::Node* node : block.nodes()) {
    if (fits(*node)) return node;
    if (node->hasAttribute(c10::attr::Subgraph))
      if (const auto* found = find_node(*node->g(c10::attr::Subgraph)->block(), fits)) return found;
    for (const torch::jit::Block* inner : node->blocks())
      if (const auto* found = find_node(*inner, fits)) return found;
  }
  return nullptr;
}

/// Methods and hooks.
std::vector<const torch::jit::Function*> functions_of(const torch::jit::Module& script) {
  const auto& type = *script.type();
  std::vector<const torch::jit::Function*> all(type.methods().begin(), type.methods().end());
  all.insert(all.end(), type.getForwardHooks().begin(), type.getForwardHooks().end());
  all.insert(all.end(), type.getForwardPreHooks().begin(), type.getForwardPreHooks().end());
  return all;
}

/// Whether the network may depend on an attribute: one that only __init__ reads has had its effect before the export.
bool is_read(const torch::jit::Module& script, const std::string& name) {
  const auto reads = [&](const torch::jit::Node& node) {
    return node.kind() == c10::prim::GetAttr && node.s(c10::attr::name) == name;
  };
  return std::ranges::any_of(functions_of(script), [&](const torch::jit::Function* function) {
    return function->name() != "hyperparameters" && find_node(*toGraphFunction(*function).graph()->block(), reads);
  });
}

/// Whether `value` is the tensor that attribute `name` of `owner` holds, changed in place, as by self.x += 1.
bool is_in_place(const torch::jit::Value* value, const torch::jit::Value* owner, const std::string& name) {
  const torch::jit::Node& node = *value->node();
  if (node.kind() == c10::prim::GetAttr) return node.input(0) == owner && node.s(c10::attr::name) == name;
  const std::string operation = node.kind().toUnqualString();
  return operation.ends_with('_') && !operation.ends_with("__") && is_in_place(node.input(0), owner, name);
}

/// Whether a node puts another value into an attribute of a module.
bool assigns(const torch::jit::Node& node) {
  if (node.kind() != c10::prim::SetAttr) return false;
  const std::string& name = node.s(c10::attr::name);
  // Batch norm of older PyTorch assigns its count of batches, which nothing reads where it has a momentum.
  if (name == "num_batches_tracked" || is_in_place(node.input(1), node.input(0), name)) return false;
  const auto owner = node.input(0)->type()->cast<c10::ClassType>();
  return owner && owner->is_module();
}

/// Assigned attributes are in no checkpoint and do not reach other ranks.
void refuse_assignments(const torch::jit::Module& script, const fs::path& file) {
  for (const torch::jit::Module& module : script.modules()) {
    for (const torch::jit::Function* function : functions_of(module)) {
      if (function->name() == "reset_parameters" || function->name() == "hyperparameters") continue;
      const auto* node = find_node(*toGraphFunction(*function).graph()->block(), assigns);
      if (!node) continue;
      throw InputError(
          fmt::format("{}: its {}() assigns self.{}, which a training that is stopped would lose; make it a buffer and "
                      "update that in place: self.{}.copy_(...)",
                      file.string(), function->name(), node->s(c10::attr::name), node->s(c10::attr::name)));
    }
  }
}

void set(torch::jit::Module& script, const std::string& name, const Value& value, const fs::path& file) {
  const std::vector<std::string> names = named_by(script, file);
  const auto refuse = [&](const std::string& problem) {
    throw InputError(
        fmt::format("{}: {}; give the module an attribute {} and name it in a method hyperparameters(), "
                    "or take it out of the experiment's hyperparameters",
                    file.string(), problem, name));
  };
  if (std::ranges::count(names, name) == 0) refuse(fmt::format("its hyperparameters() does not name {}", name));
  if (!script.hasattr(name)) refuse(fmt::format("has no attribute {} that can be set", name));
  const auto attribute = as_attribute(value, script.attr(name));
  if (!attribute)
    refuse(fmt::format("its attribute {} is of the type {}, which {} is not", name,
                       script.attr(name).type()->annotation_str(), to_string(value)));
  if (*attribute != script.attr(name) && !is_read(script, name))
    throw InputError(fmt::format(
        "{}: its attribute {} is read by no method: what __init__ built stays as it is; export one file for "
        "each value and give the files as values of network",
        file.string(), name));
  script.setattr(name, *attribute);
}

/// Draws initial weights, if the script can.
bool draw_weights(torch::jit::Module& script, std::uint64_t seed, const fs::path& file) {
  auto method = script.find_method("reset_parameters");
  if (!method) return false;
  torch::manual_seed(seed);
  const torch::NoGradGuard no_gradient;
  call(*method, file);
  return true;
}

torch::Tensor along_channels(const std::vector<double>& values, std::int64_t axes) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(std::max<std::int64_t>(axes, 1)), 1);
  if (axes > 1) shape[1] = static_cast<std::int64_t>(values.size());
  return torch::tensor(values, torch::kFloat32).reshape(shape);
}

/// `script` with its input standardised first, so that the kept network takes inputs as they are.
torch::jit::Module standardised(const torch::jit::Module& script, const TensorStatistics& statistics) {
  torch::jit::Module whole("Standardised");
  whole.register_module("network", script);
  whole.register_attribute("training", c10::BoolType::get(), true);
  whole.register_buffer("mean", along_channels(statistics.mean, statistics.axes));
  whole.register_buffer("deviation", along_channels(statistics.deviation, statistics.axes));
  whole.define(R"(
def forward(self, input: Tensor) -> Tensor:
    return self.network.forward((input - self.mean) / self.deviation)
)");
  return whole;
}

/// In a network saved in training mode, the parts that were not in it, such as a frozen batch norm.
std::vector<torch::jit::Module> frozen_parts(const torch::jit::Module& script) {
  std::vector<torch::jit::Module> frozen;
  if (!script.is_training()) return frozen;
  for (const torch::jit::Module& part : script.modules())
    if (!part.is_training()) frozen.push_back(part);
  return frozen;
}

/// Registers the trained parameters and the buffers of `from` under their names; one that several names share, once.
void mirror(const torch::jit::Module& from, torch::nn::Module& into, std::set<const void*>& seen) {
  for (const auto& parameter : from.named_parameters(/*recurse=*/false))
    if (parameter.value.requires_grad() && seen.insert(parameter.value.unsafeGetTensorImpl()).second)
      into.register_parameter(parameter.name, parameter.value);
  for (const auto& buffer : from.named_buffers(/*recurse=*/false))
    if (buffer.value.defined() && seen.insert(buffer.value.unsafeGetTensorImpl()).second)
      into.register_buffer(buffer.name, buffer.value);
  for (const auto& child : from.named_children())
    mirror(child.value, *into.register_module(child.name, std::make_shared<torch::nn::Module>()), seen);
}

}  // namespace

torch::jit::Module load_script(const fs::path& file) {
  if (!fs::is_regular_file(file)) throw InputError(file.string() + ": there is no such file; export it first");
  try {
    return torch::jit::load(file.string(), torch::Device(torch::kCPU));
  } catch (const std::exception& error) {
    throw InputError(
        fmt::format("{}: is no TorchScript that LibTorch {} reads ({}); export it by torch.jit.script(module).save, "
                    "of that version or an older one",
                    file.string(), TORCH_VERSION, script_error(error.what())));
  }
}

ScriptNetwork::ScriptNetwork(const fs::path& file, const std::map<std::string, Value>& hyperparameters,
                             std::uint64_t seed, const TensorStatistics& statistics, const torch::Device& device)
    : file_(file), script_(load_script(file)), frozen_(frozen_parts(script_)), device_(device) {
  refuse_assignments(script_, file);
  for (const auto& [name, value] : hyperparameters) set(script_, name, value, file);
  draws_weights_ = draw_weights(script_, seed, file);
  script_.to(device);
  std::set<const void*> seen;
  mirror(script_, *this, seen);
  if (parameters().empty())
    throw InputError(file.string() + ": has no parameter to train; export the module before it is frozen");
  if (!statistics.mean.empty()) script_ = standardised(script_, statistics), script_.to(device);
}

torch::Tensor ScriptNetwork::forward(const torch::Tensor& input, torch::ScalarType type) {
  const torch::jit::GraphOptimizerEnabledGuard plain(false);
  std::optional<Autocast> cast;
  if (type != torch::kFloat32) cast.emplace(device_, type);
  try {
    const c10::IValue output = script_.forward({input});
    if (!output.isTensor())
      throw std::runtime_error("forward gives " + output.type()->annotation_str() + ", not one tensor");
    return output.toTensor().to(torch::kFloat32);
  } catch (const std::exception& error) {
    rethrow_script_error(file_.filename().string(), error);
  }
}

void ScriptNetwork::train(bool on) {
  torch::nn::Module::train(on);
  script_.train(on);
  for (torch::jit::Module& part : frozen_) part.eval();
}

void ScriptNetwork::write(const fs::path& file) const {
  torch::jit::Module copy = script_.deepcopy();
  copy.to(torch::kCPU);
  copy.eval();
  save_script(copy, file);
}

}  // namespace stormsweep
