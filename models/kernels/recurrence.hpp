#pragma once

#include <torch/types.h>

namespace stormsweep {

// What a recurrent layer does after its input matrix, which is one product for all time steps. `gates` [time, n, k
// hidden] are these products with both biases of the input added; `weight` [k hidden, hidden] and `bias` [k hidden]
// belong to the state. Both return the states of all steps, [time, n, hidden]; the state before the first is 0.

/// Gated recurrent unit, k = 3, in LibTorch's order and form (Cho et al. 2014, with the bias inside of the reset):
///
///     r = sigmoid(gates_r + W_r h + b_r),  z = sigmoid(gates_z + W_z h + b_z)
///     h' = (1 - z) tanh(gates_n + r (W_n h + b_n)) + z h
///
/// Its gradients are written by hand: one product for the weights of all steps instead of one each. Differentiable
/// once.
torch::Tensor gru_states(const torch::Tensor& gates, const torch::Tensor& weight, const torch::Tensor& bias);

/// Long short-term memory, k = 4, gates in LibTorch's order: input, forget, cell, output.
torch::Tensor lstm_states(const torch::Tensor& gates, const torch::Tensor& weight, const torch::Tensor& bias);

}  // namespace stormsweep
