#include "datasets/upload.hpp"

#include <torch/utils.h>

#include "datasets/prefetch.hpp"
#include "tests/gpu/gpu.hpp"

using namespace stormsweep;

TEST_CASE("a batch comes to the GPU with its numbers and strides, many at once too") {
  REQUIRE_GPU(gpu);
  Prefetch batches(
      40,
      [](std::int64_t k) {
        const auto input =
            torch::full({8, 3, 64, 64}, static_cast<double>(k)).contiguous(torch::MemoryFormat::ChannelsLast);
        return Batch{input, torch::full({8}, static_cast<double>(2 * k)), 9};
      },
      4, 3, gpu);
  for (std::int64_t k = 0; k < 40; ++k) {
    const auto batch = batches.next();
    REQUIRE(batch);
    CHECK(batch->input.device() == gpu);
    CHECK(batch->total == 9);
    CHECK(batch->input.is_contiguous(torch::MemoryFormat::ChannelsLast));
    // Read late, when more batches have come: none may have taken its memory.
    const auto later = batch->input.square().sqrt();
    CHECK((later == static_cast<double>(k)).all().item<bool>());
    CHECK((batch->target == static_cast<double>(2 * k)).all().item<bool>());
  }
}

TEST_CASE("a batch of more than 1 GiB stays in the host's memory") {
  REQUIRE_GPU(gpu);
  const Batch batch = uploaded({torch::zeros({3, 1 << 27}), torch::zeros({3}), 3}, gpu);
  CHECK(batch.input.is_cpu());
  CHECK(batch.input.is_pinned());
}
