#include "worker/training/checkpoint.hpp"

#include <fmt/format.h>
#include <torch/utils.h>
#include <torch/version.h>

#include "experiments/task/archive_file.hpp"
#include "search/base/processor.hpp"

namespace stormsweep {

namespace {

namespace fs = std::filesystem;

constexpr double Timings::*timings_saved[] = {&Timings::wall, &Timings::load, &Timings::augment, &Timings::train,
                                              &Timings::test};

void write(torch::serialize::OutputArchive& archive, const TrainingProgress& progress) {
  std::vector<double> numbers;
  for (const auto timing : timings_saved) numbers.push_back(progress.timings.*timing);
  c10::List<std::string> names;
  for (const EpochRecord& record : progress.records) {
    numbers.push_back(static_cast<double>(record.epoch));
    numbers.push_back(record.seconds);
    for (const auto& [name, value] : record.metrics) {
      if (&record == &progress.records[0]) names.push_back(name);
      numbers.push_back(value);
    }
  }
  archive.write("progress", torch::tensor(numbers, torch::kFloat64));
  archive.write("metrics", names);
  archive.write("computed_with", computing_with());
}

TrainingProgress read(torch::serialize::InputArchive& archive) {
  torch::Tensor tensor;
  c10::IValue names;
  archive.read("progress", tensor);
  archive.read("metrics", names);
  tensor = tensor.to(torch::kCPU);
  const double *next = tensor.data_ptr<double>(), *end = next + tensor.numel();
  TrainingProgress progress;
  if (c10::IValue with; archive.try_read("computed_with", with)) progress.computed_with = with.toStringRef();
  for (const auto timing : timings_saved) progress.timings.*timing = *next++;
  while (next < end) {
    EpochRecord& record = progress.records.emplace_back();
    record.epoch = static_cast<std::int64_t>(*next++);
    record.seconds = *next++;
    for (const auto& name : names.toListRef()) record.metrics.emplace_back(name.toStringRef(), *next++);
  }
  return progress;
}

}  // namespace

std::string computing_with() {
  return fmt::format("--threads {}, {}, LibTorch {}", torch::get_num_threads(), processor_in_use(), TORCH_VERSION);
}

std::optional<TrainingProgress> Checkpoint::load(TrainingLoop& loop) const {
  if (!fs::exists(file_)) return std::nullopt;
  torch::serialize::InputArchive state;
  // To this rank's device, not the one that it was written from: this rank may have another GPU.
  auto archive = load_archive(file_, loop.task().network().parameters().at(0).device());
  archive.read("loop", state);
  loop.load(state);
  return read(archive);
}

void Checkpoint::save(TrainingLoop& loop, const TrainingProgress& progress) const {
  torch::serialize::OutputArchive archive, state;
  loop.save(state);
  archive.write("loop", state);
  write(archive, progress);
  save_archive(archive, file_);
}

}  // namespace stormsweep
