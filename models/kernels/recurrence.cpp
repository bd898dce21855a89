#include "models/kernels/recurrence.hpp"

#include <torch/csrc/autograd/custom_function.h>
#include <torch/utils.h>

#include <vector>

namespace stormsweep {

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

class Gru : public torch::autograd::Function<Gru> {
 public:
  static torch::Tensor forward(AutogradContext* context, const torch::Tensor& gates, const torch::Tensor& weight,
                               const torch::Tensor& bias) {
    const auto steps = gates.size(0), n = gates.size(1), hidden = weight.size(1);
    const auto states = torch::empty({steps + 1, n, hidden}, gates.options());
    // Reset and update gates beside each other, the candidate, and what the state adds to it.
    const auto switches = torch::empty({steps, n, 2 * hidden}, gates.options());
    const auto candidates = torch::empty({steps, n, hidden}, gates.options()), recalled = torch::empty_like(candidates);
    states[0].zero_();
    for (std::int64_t t = 0; t < steps; ++t) {
      const auto input = gates[t], from_state = torch::addmm(bias, states[t], weight.t());
      auto both = switches[t], candidate = candidates[t], state = states[t + 1];
      torch::add_out(both, input.narrow(1, 0, 2 * hidden), from_state.narrow(1, 0, 2 * hidden)).sigmoid_();
      recalled[t].copy_(from_state.narrow(1, 2 * hidden, hidden));
      torch::addcmul_out(candidate, input.narrow(1, 2 * hidden, hidden), both.narrow(1, 0, hidden), recalled[t])
          .tanh_();
      torch::lerp_out(state, candidate, states[t], both.narrow(1, hidden, hidden));
    }
    context->save_for_backward({weight, states, switches, candidates, recalled});
    return states.slice(0, 1);
  }

  static variable_list backward(AutogradContext* context, const variable_list& slopes) {
    const auto saved = context->get_saved_variables();
    const auto &weight = saved[0], &states = saved[1], &switches = saved[2], &candidates = saved[3],
               &recalled = saved[4];
    const auto steps = switches.size(0), n = switches.size(1), hidden = weight.size(1);
    // Slopes of the gates, and of what the state adds to them: they differ in the candidate alone.
    const auto of_gates = torch::empty({steps, n, 3 * hidden}, switches.options()),
               of_state = torch::empty_like(of_gates);
    auto carried = torch::zeros({n, hidden}, switches.options());
    for (std::int64_t t = steps; t-- > 0;) {
      const auto slope = carried + slopes[0][t];
      const auto reset = switches[t].narrow(1, 0, hidden), update = switches[t].narrow(1, hidden, hidden);
      const auto candidate = candidates[t];
      auto through = of_gates[t];
      const auto of_candidate = slope * (1 - update) * (1 - candidate * candidate);
      through.narrow(1, 0, hidden).copy_(of_candidate * recalled[t] * reset * (1 - reset));
      through.narrow(1, hidden, hidden).copy_(slope * (states[t] - candidate) * update * (1 - update));
      through.narrow(1, 2 * hidden, hidden).copy_(of_candidate);
      of_state[t].copy_(through);
      of_state[t].narrow(1, 2 * hidden, hidden).mul_(reset);
      carried = torch::addmm(slope * update, of_state[t], weight);
    }
    const auto rows = of_state.view({steps * n, 3 * hidden});
    return {of_gates, rows.t().mm(states.slice(0, 0, steps).reshape({steps * n, hidden})), rows.sum(0)};
  }
};

}  // namespace

torch::Tensor gru_states(const torch::Tensor& gates, const torch::Tensor& weight, const torch::Tensor& bias) {
  return Gru::apply(gates, weight, bias);
}

torch::Tensor lstm_states(const torch::Tensor& gates, const torch::Tensor& weight, const torch::Tensor& bias) {
  const auto hidden = weight.size(1);
  auto state = torch::zeros({gates.size(1), hidden}, gates.options()), cell = state;
  std::vector<torch::Tensor> states;
  for (std::int64_t t = 0; t < gates.size(0); ++t) {
    const auto all = (gates[t] + torch::addmm(bias, state, weight.t())).split(hidden, 1);
    cell = all[1].sigmoid() * cell + all[0].sigmoid() * all[2].tanh();
    state = all[3].sigmoid() * cell.tanh();
    states.push_back(state);
  }
  return torch::stack(states);
}

}  // namespace stormsweep
