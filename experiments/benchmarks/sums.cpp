// Our half of sums.py: under mpirun, the median milliseconds of one sum of so many numbers over all ranks, and the
// nodes.
#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "worker/channel/all_reduce.hpp"
#include "worker/channel/communicator.hpp"

using namespace stormsweep;

namespace {

/// The median over `repeats` of the slowest rank's time.
double median_milliseconds(const Communicator& ranks, int repeats, const std::function<void()>& sum) {
  std::vector<double> times;
  for (int i = 0; i < repeats + 2; ++i) {
    MPI_Barrier(ranks.handle);
    const auto begin = std::chrono::steady_clock::now();
    sum();
    double time = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    MPI_Allreduce(MPI_IN_PLACE, &time, 1, MPI_DOUBLE, MPI_MAX, ranks.handle);
    if (i >= 2) times.push_back(time);
  }
  std::nth_element(times.begin(), times.begin() + repeats / 2, times.end());
  return times[static_cast<std::size_t>(repeats / 2)];
}

}  // namespace

/// Numbers, repeats, and what sums: stormsweep, flat (as if each rank had a node for itself), or mpi.
int main(int, char** words) {
  const auto n = std::strtoull(words[1], nullptr, 10);
  const int repeats = std::atoi(words[2]);
  const std::string how = words[3];
  MpiChannel channel(std::chrono::seconds(60), [] { std::abort(); });
  std::vector<int> members, nodes;
  for (int rank = 0; rank < channel.size(); ++rank) {
    members.push_back(rank);
    nodes.push_back(how == "flat" ? rank : channel.node_of(rank));
  }
  const auto values = std::make_shared<std::vector<float>>(n, 1.0f);
  AllReduce all_reduce(
      channel, members, 1, [] { return false; }, nodes);
  const double time = median_milliseconds(channel.gangs(), repeats, [&] {
    if (how == "mpi")
      MPI_Allreduce(MPI_IN_PLACE, values->data(), static_cast<int>(n), MPI_FLOAT, MPI_SUM, channel.gangs().handle);
    else
      all_reduce.wait(all_reduce.start(*values, values));
  });
  if (channel.rank() == 0) std::printf("%g %zu\n", time, std::set<int>(nodes.begin(), nodes.end()).size());
}
