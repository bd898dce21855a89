#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "worker/channel/communicator.hpp"
#include "worker/channel/transfer_precision.hpp"

namespace stormsweep {

/// Ranks that sum together, in the same order on all of them.
struct SumGroup {
  std::vector<int> ranks;
  int place = 0;  ///< of the caller

  int size() const { return static_cast<int>(ranks.size()); }
};

/// The steps that sums over ranks consist of. A buffer is cut into `owners` parts whose sizes differ by at most one
/// number; the rank at place i of the group owns part i, and ranks after the owners own none. Whatever the number of
/// parts, numbers are added in the order of the ranks in the group: the same bits, run after run, on all ranks.
///
/// Every rank talks to every other, each in turn, so that no wire carries a number twice and a step takes one network
/// latency, not one for each rank. All ranks of a group call the same steps with the same sizes in the same order.
/// After Abandoned, MPI may still write to buffers of this object, so it must then never be destroyed.
class PartExchange {
 public:
  /// All messages have `tag`; `abandoned` is polled while waiting.
  PartExchange(MPI_Comm world, int tag, std::function<bool()> abandoned);
  ~PartExchange();

  static std::span<float> part(std::span<float> values, int owners, int number);

  /// Each owner's part becomes the sum of that part over all ranks. Throws Abandoned.
  void reduce(const SumGroup& group, int owners, std::span<float> values, TransferPrecision precision);
  /// All ranks get each owner's part. Throws Abandoned.
  void spread(const SumGroup& group, int owners, std::span<float> values, TransferPrecision precision);
  /// `values` become their sum over all ranks, by recursive doubling: few steps, for few numbers. The same bits on all
  /// ranks. Throws Abandoned.
  void double_up(const SumGroup& group, std::span<float> values);

 private:
  struct Mate;
  struct Piece;
  enum class Step { reduce, spread };
  void exchange(const SumGroup& group, int owners, std::span<float> values, TransferPrecision precision, Step step);
  void begin(Piece& piece, const SumGroup& group, int owners, std::span<float> values, TransferPrecision precision,
             Step step, std::size_t first);
  void receive(Mate& mate, int rank, TransferPrecision precision, Step step);
  void send(Mate& mate, int rank, std::span<const float> out, TransferPrecision precision);
  void finish(Piece& piece, int place, TransferPrecision precision, Step step);
  void trade(int rank, std::span<const float> out, std::span<float> in);
  void complete(MPI_Request& request);

  MPI_Comm world_;
  int tag_;
  std::function<bool()> abandoned_;
  std::vector<std::unique_ptr<Piece>> pieces_;
  std::vector<float> received_;
  MPI_Request sent_ = MPI_REQUEST_NULL, receiving_ = MPI_REQUEST_NULL;
};

}  // namespace stormsweep
