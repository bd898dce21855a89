#include "models/counted_flops.hpp"

#include <doctest/doctest.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>
#include <torch/utils.h>

#include "models/tornado_cnn.hpp"

using namespace stormsweep;
namespace nn = torch::nn;

TEST_CASE("FLOP of single layers, by hand") {
  const torch::NoGradGuard no_gradient;
  // 3 samples, 8 channels from 4 in 2 groups, 3x3, on 10 x 12
  nn::Conv2d grouped(nn::Conv2dOptions(4, 8, 3).padding(1).groups(2));
  CHECK(count_flops([&] { grouped(torch::zeros({3, 4, 10, 12})); }) == 2 * 3 * 8 * 120 * 2 * 9);
  // stride 2 doubles 5 x 6: every input number meets 8 x 2 x 2 weights
  nn::ConvTranspose2d up(nn::ConvTranspose2dOptions(4, 8, 2).stride(2));
  CHECK(count_flops([&] { up(torch::zeros({3, 4, 5, 6})); }) == 2 * 3 * 4 * 30 * 8 * 4);
  nn::Conv1d line(nn::Conv1dOptions(4, 8, 5));
  CHECK(count_flops([&] { line(torch::zeros({1, 4, 20})); }) == 2 * 8 * 16 * 4 * 5);
  nn::Linear dense(6, 7);
  CHECK(count_flops([&] { dense(torch::zeros({5, 6})); }) == 2 * 5 * 6 * 7);
  CHECK(count_flops([&] { dense(torch::zeros({2, 5, 6})); }) == 2 * 10 * 6 * 7);
  CHECK(count_flops([&] { torch::matmul(torch::zeros({2, 5, 6}), torch::zeros({2, 6, 3})); }) == 2 * 2 * 5 * 6 * 3);
  // four gates of 5 from 3 inputs and 5 of the state, 7 steps, 2 samples
  nn::LSTM memory(nn::LSTMOptions(3, 5));
  CHECK(count_flops([&] { memory(torch::zeros({7, 2, 3})); }) == 2 * 7 * 2 * 4 * 5 * (3 + 5));
  CHECK(count_flops([] { torch::relu(torch::zeros({5})); }) == 0);
}

TEST_CASE("the tornado network counts as many as it knows itself to have") {
  const torch::NoGradGuard no_gradient;
  TornadoCnn network({}, 1);
  CHECK(count_flops([&] { network.forward(torch::zeros({2, 3, 32, 32})); }) == 2 * network.forward_flops());
}
