#include "experiments/segmentation/segmentation_notes.hpp"

#include <doctest/doctest.h>

#include "search/base/error.hpp"

using namespace stormsweep;

TEST_CASE("ranges of channels go through a model's notes") {
  ChannelRange range;
  for (std::size_t c = 0; c < range.minimum.size(); ++c)
    range.minimum[c] = -0.1f * static_cast<float>(c), range.maximum[c] = 1e5f / static_cast<float>(c + 3);
  const ChannelRange read = parse_segmentation_notes(segmentation_notes(range), "m.pt");
  CHECK(read.minimum == range.minimum);
  CHECK(read.maximum == range.maximum);
}

TEST_CASE("notes without them are refused") {
  for (const char* text : {"{}", "{\"minimum\": [1], \"maximum\": [2]}", "no", "{\"minimum\": 3, \"maximum\": \"x\"}"})
    CHECK_THROWS_WITH_AS(parse_segmentation_notes(text, "m.pt"),
                         "m.pt: lacks minimum and maximum of 16 channels; give a model that stormsweep run "
                         "--keep-best left",
                         InputError);
}
