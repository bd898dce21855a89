#include "experiments/segmentation/segmentation_task.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/inotify.h>
#include <torch/utils.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "datasets/weather/weather_batches.hpp"
#include "datasets/weather/weather_writer.hpp"
#include "experiments/segmentation/segmentation_check.hpp"
#include "experiments/segmentation/segmentation_notes.hpp"
#include "experiments/segmentation/segmentation_stage.hpp"
#include "models/segmentation_network.hpp"
#include "search/base/error.hpp"
#include "search/base/file.hpp"
#include "search/base/machine.hpp"
#include "tests/experiments/metric.hpp"
#include "tests/experiments/segmentation/segmentation_world.hpp"
#include "tests/experiments/shard.hpp"

using namespace stormsweep;
using doctest::Approx;

namespace {

using Sizes = std::vector<std::int64_t>;

/// One of several ranks that all have the same numbers.
class Alike : public Gang {
 public:
  Alike(int shard, int shards) : shard_(shard), shards_(shards) {}
  int shard() const override { return shard_; }
  int shards() const override { return shards_; }
  void sum(torch::Tensor& values) override { values *= shards_; }

 private:
  int shard_, shards_;
};

struct Epoch {
  std::vector<torch::Tensor> inputs;  ///< one per sample
  Sizes sizes, totals;
};

Epoch epoch(Task& task, std::int64_t number, std::int64_t first = 0) {
  Epoch result;
  Prefetch batches = task.training_batches(number, first);
  while (const auto batch = batches.next()) {
    for (const torch::Tensor& sample : batch->input.unbind()) result.inputs.push_back(sample.clone());
    result.sizes.push_back(batch->input.size(0));
    result.totals.push_back(batch->total);
  }
  return result;
}

/// A number for each sample.
std::vector<double> prints(const std::vector<torch::Tensor>& inputs) {
  std::vector<double> result;
  for (const torch::Tensor& input : inputs) result.push_back(input.to(torch::kFloat64).square().sum().item<double>());
  std::sort(result.begin(), result.end());
  return result;
}

const Value two = std::int64_t{2};

/// While this lives, this thread and those that it starts have one core.
class OneCore {
 public:
  OneCore() { keep_to(CoreMask().set(static_cast<std::size_t>(sched_getcpu()))); }
  ~OneCore() { keep_to(before_); }

 private:
  CoreMask before_ = core_mask();
};

/// How often samples of a folder have been opened since it was made or asked last. Consecutive openings of one sample
/// count once.
class Opened {
 public:
  explicit Opened(const std::filesystem::path& folder) {
    REQUIRE(*events_ >= 0);
    REQUIRE(inotify_add_watch(*events_, folder.c_str(), IN_OPEN) >= 0);
  }
  int count() const {
    int opened = 0;
    alignas(inotify_event) std::array<char, 1 << 16> buffer;
    for (ssize_t got = 0; (got = ::read(*events_, buffer.data(), buffer.size())) > 0;) {
      for (ssize_t at = 0; at < got;) {
        const auto* const event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
        at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
        opened += event->len > 0 && std::string_view(event->name).ends_with(".h5");
      }
    }
    return opened;
  }

 private:
  Descriptor events_{inotify_init1(IN_NONBLOCK | IN_CLOEXEC)};
};

}  // namespace

TEST_CASE("ranks of a gang divide the training files, a batch each, and know how large the batch of all is") {
  const SegmentationWorld world(11);  // 7 for training
  const Epoch alone = epoch(*world.task({{"batch_size", two}}), 1);
  CHECK(alone.sizes == Sizes{2, 2, 2, 1});
  CHECK(alone.totals == alone.sizes);
  std::vector<torch::Tensor> together;
  for (const auto& [shard, sizes] : std::vector<std::pair<int, Sizes>>{{0, {2, 1}}, {1, {2, 2}}}) {
    const Epoch own = epoch(*world.task({{"batch_size", two}}, std::make_shared<Alike>(shard, 2)), 1);
    CHECK(own.sizes == sizes);
    CHECK(own.totals == Sizes{4, 3});
    together.insert(together.end(), own.inputs.begin(), own.inputs.end());
  }
  CHECK(prints(together) == prints(alone.inputs));
  // Batch norm learns nothing from one sample: that rank skips its batch.
  const std::map<std::string, Value> norm{{"batch_size", two}, {"batch_norm", std::string("on")}};
  CHECK(epoch(*world.task(norm), 1).sizes == Sizes{2, 2, 2});
  CHECK(epoch(*world.task(norm, std::make_shared<Alike>(0, 2)), 1).sizes == Sizes{2, 0});
  CHECK(epoch(*world.task(norm, std::make_shared<Alike>(0, 2)), 1).totals == Sizes{4, 2});
}

TEST_CASE("an epoch that is entered in its middle goes on with the same batches; the next is shuffled anew") {
  const SegmentationWorld world;
  const auto task = world.task({{"batch_size", two}});
  const Epoch whole = epoch(*task, 2), rest = epoch(*task, 2, 1), next = epoch(*task, 3);
  REQUIRE(rest.inputs.size() == 4);
  for (std::size_t i = 0; i < rest.inputs.size(); ++i) CHECK(rest.inputs[i].equal(whole.inputs[i + 2]));
  CHECK(prints(next.inputs) == prints(whole.inputs));
  bool same = true;
  for (std::size_t i = 0; i < whole.inputs.size(); ++i) same = same && next.inputs[i].equal(whole.inputs[i]);
  CHECK_FALSE(same);
}

TEST_CASE("a rank may draw its own samples instead, whatever the replicate") {
  const SegmentationWorld world(20);
  const std::map<std::string, Value> drawing{{"samples", std::int64_t{3}}, {"batch_size", two}};
  const Epoch drawn = epoch(*world.task(drawing, std::make_shared<Alike>(1, 2)), 1);
  CHECK(drawn.sizes == Sizes{2, 1});
  CHECK(drawn.totals == Sizes{4, 2});
  auto again = drawing;
  again["replicate"] = std::int64_t{5};
  CHECK(prints(epoch(*world.task(again, std::make_shared<Alike>(1, 2)), 1).inputs) == prints(drawn.inputs));
}

TEST_CASE("the scores are those of the network's classes, pixel by pixel") {
  const SegmentationWorld world(15);
  const auto task = world.task();
  task->network().eval();
  const Metrics metrics = task->evaluate(Split::test);
  const WeatherSet test(world.folder() / "test"), train(world.folder() / "train");
  const torch::NoGradGuard no_gradient;
  double confusion[3][3] = {}, cross_entropy = 0, pixels = 0;
  for (std::int64_t i = 0; i < test.size(); ++i) {
    const Batch batch = gather(test, {&i, 1}, {train.index().minimum, train.index().maximum}, 0);
    const auto logits = dynamic_cast<SegmentationNetwork&>(task->network()).forward(batch.input);
    const auto p = logits.to(torch::kFloat64).softmax(1).contiguous();
    const auto truth = batch.target.contiguous();
    for (std::int64_t pixel = 0; pixel < truth.numel(); ++pixel) {
      const auto at = [&](std::int64_t c) { return p.data_ptr<double>()[c * truth.numel() + pixel]; };
      std::int64_t predicted = 0;
      for (std::int64_t c = 1; c < 3; ++c) predicted = at(c) > at(predicted) ? c : predicted;
      const auto t = truth.data_ptr<std::uint8_t>()[pixel];
      ++confusion[t][predicted], ++pixels;
      cross_entropy -= std::log(at(t));
    }
  }
  double mean = 0, right = 0;
  int present = 0;
  for (int c = 0; c < 3; ++c) {
    double all = -confusion[c][c];
    for (int other = 0; other < 3; ++other) all += confusion[c][other] + confusion[other][c];
    if (all > 0) mean += confusion[c][c] / all, ++present;
    right += confusion[c][c];
  }
  CHECK(metric(metrics, "test_mean_iou") == Approx(mean / present));
  CHECK(metric(metrics, "test_accuracy") == Approx(right / pixels));
  CHECK(metric(metrics, "test_cross_entropy") == Approx(cross_entropy / pixels).epsilon(1e-5));
  CHECK(metric(metrics, "test_recall[background]") ==
        Approx(confusion[0][0] / (confusion[0][0] + confusion[0][1] + confusion[0][2])));
}

TEST_CASE("samples that are read ahead of the network have the scores of those that are read when it asks") {
  const SegmentationWorld world(30);  // 6 for validation
  const auto scores = [&](int background) {
    const TaskContext context{.data = world.data(), .seed = 17, .cache = {}, .background = background};
    const auto task = make_segmentation_task(find_experiment("segmentation", "test"),
                                             world.space(R"({"width": 0.05})").configuration(0), context);
    task->network().eval();
    std::vector<double> values;
    for (const auto& [name, value] : task->evaluate(Split::validation))
      values.push_back(std::isnan(value) ? -1 : value);
    return values;
  };
  CHECK(scores(1) == scores(0));
}

TEST_CASE("weights of the classes, FLOP by kind of layer and notes come with a trial") {
  const SegmentationWorld world;
  const auto task = world.task();
  task->network().eval();
  const Metrics metrics = task->evaluate(Split::test);
  const WeatherIndex index = WeatherSet(world.folder() / "train").index();
  double sum = 0, weights[3];
  for (std::size_t c = 0; c < 3; ++c)
    sum += weights[c] = index.pixels[0][c] > 0 ? 1 / std::sqrt(static_cast<double>(index.pixels[0][c])) : 0;
  CHECK(metric(metrics, "class_weight[atmospheric_river]") == Approx(weights[2] / sum).epsilon(1e-5));
  double flops = 0;
  for (const auto& [name, value] : metrics) flops += name.starts_with("training_flops[") ? value : 0;
  CHECK(flops == Approx(3 * static_cast<double>(task->forward_flops())));
  CHECK(parse_segmentation_notes(task->model_notes(), "m").minimum == index.minimum);
  for (const auto& [rule, weight] : {std::pair{"none", 1.0 / 3}, std::pair{"published", 0.812181}}) {
    const auto other = world.task({{"class_weights", std::string(rule)}});
    other->network().eval();
    CHECK(metric(other->evaluate(Split::test), "class_weight[tropical_cyclone]") == Approx(weight).epsilon(1e-4));
  }
}

TEST_CASE("running statistics of batch norm are the leader's, whatever other ranks have of their own") {
  const SegmentationWorld world;
  for (const int shard : {0, 1}) {
    const auto task =
        world.task({{"batch_norm", std::string("on")}, {"batch_size", two}}, std::make_shared<Shard>(shard, 2));
    const torch::NoGradGuard no_gradient;
    for (torch::Tensor& buffer : task->network().buffers())
      if (buffer.is_floating_point()) buffer.fill_(0.75);
    task->network().eval();
    task->evaluate(Split::validation);
    task->evaluate(Split::test);
    const auto all_are = [&](double leader) {  // a Shard's sums have only its own part
      for (const torch::Tensor& buffer : task->network().buffers())
        if (buffer.is_floating_point()) CHECK(buffer.eq(shard == 0 ? leader : 0).all().item<bool>());
    };
    all_are(0.75);
    task->training_batches(2, 0);
    for (torch::Tensor& buffer : task->network().buffers())
      if (buffer.is_floating_point()) buffer.fill_(0.5);
    task->evaluate(Split::validation);
    all_are(0.5);
  }
}

TEST_CASE("what is trained on is the labeling that was asked for") {
  const SegmentationWorld world;
  const WeatherSet train(world.folder() / "train");
  const auto task = world.task({{"labeling", std::int64_t{1}}});
  const auto batch = task->training_batches(1, 0).next();
  REQUIRE(batch);
  const ChannelRange range{train.index().minimum, train.index().maximum};
  int found = 0;
  for (std::int64_t i = 0; i < train.size(); ++i) {
    const Batch asked = gather(train, {&i, 1}, range, 1), other = gather(train, {&i, 1}, range, 0);
    if (!asked.input.equal(batch->input)) continue;
    ++found;
    CHECK(batch->target.equal(asked.target));
    CHECK_FALSE(batch->target.equal(other.target));
  }
  CHECK(found == 1);
}

TEST_CASE("configurations that cannot be trained are refused with the remedy") {
  const SegmentationWorld world;
  const auto refused = [&](const std::map<std::string, Value>& values, const char* problem) {
    CHECK_THROWS_WITH_AS(world.task(values), doctest::Contains(problem), InputError);
  };
  refused({{"network", std::string("deeplabv3plus")}}, "batch_size is 1, and batch norm needs two samples");
}

TEST_CASE("batch norm is never shown one sample alone, however a batch is split") {
  const SegmentationWorld world;
  CHECK(world.task()->least_micro_batch() == 1);
  const auto task = world.task({{"network", std::string("deeplabv3plus")}, {"batch_size", std::int64_t{4}}});
  CHECK(task->least_micro_batch() == 2);
  task->network().train();
  auto batches = task->training_batches(1, 0);
  const auto batch = batches.next();
  REQUIRE(batch);
  CHECK_THROWS_AS(task->loss({batch->input.slice(0, 0, 1), batch->target.slice(0, 0, 1)}), std::invalid_argument);
  CHECK_NOTHROW(task->loss({batch->input.slice(0, 0, 2), batch->target.slice(0, 0, 2)}));
}

TEST_CASE("the check of the data tells what each split holds, and refuses splits that do not belong together") {
  const SegmentationWorld world;
  const DataCheck report = check_segmentation_data(world.space());
  CHECK(report.fingerprint.size() == 3 * 16);
  REQUIRE(report.notes.size() >= 3);
  CHECK(report.notes[0].starts_with("train: 6 samples of 32 x 48; labeling 0: "));

  const TemporaryFolder other;
  generate_weather({.samples = 5, .height = 48, .width = 64, .seed = 1, .threads = 2}, other.path(),
                   [](std::int64_t) {});
  Space mixed = world.space();
  mixed.data["test"] = other / "test";
  CHECK_THROWS_WITH_AS(check_segmentation_data(mixed), doctest::Contains("maps are 48 x 64, those of"), InputError);
  CHECK_THROWS_WITH_AS(check_segmentation_data(world.space(R"({"labeling": [0, 7]})")),
                       doctest::Contains("train: labeling is 7, but its files have 2; count from 0"), InputError);
  const TemporaryFolder odd;
  generate_weather({.samples = 5, .height = 40, .width = 56, .seed = 1, .threads = 2}, odd.path(), [](std::int64_t) {});
  Space narrow = world.space(R"({"network": ["deeplabv3plus", "tiramisu"]})");
  for (auto& [split, folder] : narrow.data) folder = odd / split;
  CHECK_THROWS_WITH_AS(check_segmentation_data(narrow),
                       doctest::Contains("maps are 40 x 56, and tiramisu takes multiples of 16"), InputError);
}

TEST_CASE("samples in a folder that takes no files are read once a search: not twice by its check, nor by a rank") {
  const SegmentationWorld world;
  for (const auto& [split, folder] : world.data()) {
    for (const char* name : {"index.json", "scans.jsonl"}) {
      std::filesystem::remove(folder / name);
      std::filesystem::create_directories(folder / name / "in the way");
    }
  }
  const std::filesystem::path cache = world.folder() / "cache";
  DataCheck report;
  {
    const OneCore in_turn;
    const Opened train(world.folder() / "train");
    report = check_segmentation_data(world.space(), KeptScans(cache));
    CHECK(train.count() == 6);
  }
  CHECK(report.notes.size() == 3);
  TaskContext context{.data = world.data(), .fingerprint = report.fingerprint, .seed = 17, .cache = cache};
  const Opened train(world.folder() / "train");
  CHECK(check_segmentation_data(world.space(), KeptScans(cache)).fingerprint == report.fingerprint);
  stage_segmentation(world.space(), context, 2);
  const auto task = make_segmentation_task(find_experiment("segmentation", "test"),
                                           world.space(R"({"width": 0.05})").configuration(0), context);
  CHECK(train.count() == 0);
}

TEST_CASE("a class that training never shows is reported") {
  const SegmentationWorld world;
  const std::vector<float> fields(16 * 32 * 48, 1.0f);
  std::vector<std::uint8_t> labels(32 * 48, 0);
  labels[5] = 2;
  for (const auto& [split, folder] : world.data()) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) std::filesystem::remove(entry);
    write_weather_file(folder / "data-2100-01-01-00-1.h5", 32, 48, fields, labels, 1);
  }
  const DataCheck report = check_segmentation_data(world.space());
  REQUIRE(report.notes.size() == 4);
  CHECK(report.notes[3].find("labeling 0 has no pixel of tropical_cyclone: its weight will be 0") != std::string::npos);
}

TEST_CASE("machines stage what their ranks may come to read") {
  const SegmentationWorld world(20);  // 12, 4 and 4
  using Set = std::set<std::int64_t>;
  const auto wanted = [](const StagePlan& request, int place, const Set& unusable = {}) {
    const auto numbers = request.wanted(place, unusable);
    return Set(numbers.begin(), numbers.end());
  };
  // A rank alone reads everything; so may each of two ranks whose gangs may be any of them.
  const auto plan = [&](const std::string& parameters) {
    const Space space = world.space(parameters);
    return stage_segmentation(space, {.data = space.data}, 2);
  };
  const StagePlan alone = plan("{}");
  REQUIRE(alone.files.size() == 20);
  CHECK(wanted(alone, 1).size() == 20);
  CHECK(alone.files[0].name.starts_with("train/data-"));
  CHECK(alone.files[0].checksum.size() == 16);
  CHECK(alone.files[0].bytes == static_cast<std::int64_t>(std::filesystem::file_size(alone.files[0].source)));
  CHECK_NOTHROW(alone.verify(alone.files[0].source));
  // Gangs of all ranks: each rank has its place, and its share.
  const StagePlan gang = plan(R"({"gpus": 2})");
  CHECK(wanted(gang, 0) == Set{0, 1, 2, 3, 4, 5, 12, 13, 16, 17});
  CHECK(wanted(gang, 1) == Set{6, 7, 8, 9, 10, 11, 14, 15, 18, 19});
  // Or its draw, in which another file replaces one that cannot be read.
  const StagePlan drawing = plan(R"({"gpus": 2, "samples": 3})");
  const Set draw = wanted(drawing, 0), other = wanted(drawing, 0, {*draw.begin()});
  CHECK(draw.size() == 3 + 2 + 2);
  CHECK(other.size() == 3 + 2 + 2);
  CHECK_FALSE(other.contains(*draw.begin()));
  CHECK_THROWS_WITH_AS(drawing.wanted(0, {16, 17, 18, 19}),
                       ((world.folder() / "test").string() +
                        ": --stage finds no file here that can be used; make its files readable, or make them again")
                           .c_str(),
                       InputError);
}

TEST_CASE("a task reads copies, and passes over what nobody could read") {
  const SegmentationWorld world;
  const auto whole = epoch(*world.task(), 1);
  const Experiment& experiment = find_experiment("segmentation", "test");
  TaskContext context{
      .data = world.data(), .fingerprint = "world", .seed = 17, .cache = {}, .staged = world.folder() / "copies"};
  context.unusable = {2, 6};  // also the first validation file
  const auto task = make_segmentation_task(experiment, world.space(R"({"width": 0.05})").configuration(0), context);
  CHECK(epoch(*task, 1).inputs.size() == whole.inputs.size() - 1);
  // All other copies hold other weather.
  std::filesystem::create_directories(world.folder() / "copies/train");
  const SegmentationWorld other(11);
  const WeatherSet theirs(other.folder() / "train"), ours(world.folder() / "train");
  for (std::size_t i = 0; i < ours.index().files.size(); ++i)
    std::filesystem::copy_file(theirs.path(static_cast<std::int64_t>(0)),
                               world.folder() / "copies/train" / ours.index().files[i].name);
  const auto copies = make_segmentation_task(experiment, world.space(R"({"width": 0.05})").configuration(0), context);
  const auto read = epoch(*copies, 1);
  for (const torch::Tensor& input : read.inputs) CHECK(input.equal(read.inputs[0]));
}
