#include "datasets/batch_memory.hpp"

#include <doctest/doctest.h>

#include <thread>
#include <vector>

using namespace stormsweep;

TEST_CASE("batch memory: channels last, never shared by two tensors, reused when one is gone") {
  torch::Tensor kept = empty_batch({2, 16, 5, 7});
  CHECK(kept.sizes() == torch::IntArrayRef({2, 16, 5, 7}));
  CHECK(kept.is_contiguous(torch::MemoryFormat::ChannelsLast));
  kept.fill_(1);
  const void* left = nullptr;
  {
    torch::Tensor other = empty_batch({2, 16, 5, 7});
    left = other.data_ptr();
    CHECK(left != kept.data_ptr());
    other.fill_(2);
    const torch::Tensor view = other[0];  // a view keeps the memory
    other.reset();
    CHECK(empty_batch({2, 16, 5, 7}).data_ptr() != left);
    CHECK(view.min().item<float>() == 2);
  }
  std::vector<torch::Tensor> more;
  bool again = false;
  for (int i = 0; i < 3; ++i) {
    more.push_back(empty_batch({2, 16, 5, 7}));
    again |= more.back().data_ptr() == left;
  }
  CHECK(again);
  CHECK(kept.min().item<float>() == 1);
  empty_batch({1, 16, 3, 3}).fill_(0);  // another size: the kept memory is freed
  CHECK(kept.max().item<float>() == 1);
}

TEST_CASE("batch memory: several threads take and drop tensors") {
  std::vector<std::jthread> users;
  std::vector<int> good(4);
  for (std::size_t t = 0; t < 4; ++t) {
    users.emplace_back([&, t] {
      for (int k = 0; k < 200; ++k) {
        const torch::Tensor mine = empty_batch({1, 16, 8, 8 + k % 2}).fill_(static_cast<double>(t));
        good[t] += mine.eq(static_cast<double>(t)).all().item<bool>();
      }
    });
  }
  users.clear();
  CHECK(good == std::vector<int>(4, 200));
}
