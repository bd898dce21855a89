#include "worker/channel/open_mpi_defaults.hpp"

#include <ifaddrs.h>
#include <mpi.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "search/base/text.hpp"

namespace stormsweep {

namespace {

/// Whether this machine has a device of a fabric between hosts: InfiniBand and its kin, Omni-Path, its forerunner,
/// Slingshot.
bool has_fabric() {
  constexpr std::array<const char*, 4> devices{"/dev/infiniband", "/dev/hfi1_0", "/dev/ipath", "/dev/cxi0"};
  return std::ranges::any_of(devices, [](const char* device) { return access(device, F_OK) == 0; });
}

/// Whether one process may read another's memory, so far as its own tells: a container forbids the call itself.
bool reads_memory() {
  char from = 0, to = 0;
  const iovec source{&from, 1}, destination{&to, 1};
  return process_vm_readv(getpid(), &destination, 1, &source, 1, 0) == 1;
}

/// Whether mpirun or srun has started ranks on other hosts, too.
bool spans_hosts() {
  const auto ranks = environment("OMPI_COMM_WORLD_SIZE"), nodes = environment("SLURM_STEP_NUM_NODES");
  return ranks.empty() ? !nodes.empty() && nodes != "1" : ranks != environment("OMPI_COMM_WORLD_LOCAL_SIZE");
}

/// 169.254.0.0/16, by which a server's management controller is reached.
bool is_link_local(const sockaddr& address) {
  return ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr) >> 16 == 0xA9FE;
}

/// Names of the network interfaces that lead to no other host, as long as there is one that does.
std::vector<std::string> interfaces_of_this_host() {
  ifaddrs* first = nullptr;
  if (getifaddrs(&first) != 0) return {};
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> all(first, freeifaddrs);
  std::map<std::string, bool> leads_elsewhere;
  for (const ifaddrs* one = first; one; one = one->ifa_next)
    if (one->ifa_addr && one->ifa_addr->sa_family == AF_INET && !(one->ifa_flags & IFF_LOOPBACK))
      leads_elsewhere[one->ifa_name] |= !is_host_bridge(one->ifa_name) && !is_link_local(*one->ifa_addr);
  std::vector<std::string> names;
  for (const auto& [name, leads] : leads_elsewhere)
    if (!leads) names.push_back(name);
  if (names.size() == leads_elsewhere.size()) names.clear();  // two machines at one cable may have no other addresses
  return names;
}

/// A parameter of Open MPI as environment, files and its own default give it; nothing where it has none of that name.
std::optional<std::string> parameter(const char* name) {
  int number = 0, length = 0;
  MPI_T_cvar_handle handle = MPI_T_CVAR_HANDLE_NULL;
  if (MPI_T_cvar_get_index(name, &number) != MPI_SUCCESS) return std::nullopt;
  if (MPI_T_cvar_handle_alloc(number, nullptr, &handle, &length) != MPI_SUCCESS) return std::nullopt;
  std::string value(static_cast<std::size_t>(length) + 1, '\0');
  const bool read = MPI_T_cvar_read(handle, value.data()) == MPI_SUCCESS;
  MPI_T_cvar_handle_free(&handle);
  return read ? std::optional(value.substr(0, value.find('\0'))) : std::nullopt;
}

/// Such an interface has the same address on every host: ranks that connect to it reach nobody, or their own host, and
/// wait for ever. Open MPI refuses to be told both which interfaces to use and which not.
void avoid_interfaces_of_this_host() {
  if (!spans_hosts() || std::getenv("OMPI_MCA_btl_tcp_if_exclude")) return;
  const std::vector<std::string> interfaces = interfaces_of_this_host();
  int provided = MPI_THREAD_SINGLE;
  if (interfaces.empty() || MPI_T_init_thread(MPI_THREAD_SINGLE, &provided) != MPI_SUCCESS) return;
  const auto included = parameter("btl_tcp_if_include");
  auto excluded = parameter("btl_tcp_if_exclude");
  MPI_T_finalize();
  if (!included || !included->empty() || !excluded) return;
  for (const std::string& name : interfaces) excluded->append(excluded->empty() ? "" : ",").append(name);
  setenv("OMPI_MCA_btl_tcp_if_exclude", excluded->c_str(), 0);
}

}  // namespace

bool is_host_bridge(std::string_view name) {
  constexpr std::array<std::string_view, 9> beginnings{"docker", "virbr",   "podman", "cni",    "lxcbr",
                                                       "lxdbr",  "incusbr", "vmnet",  "vboxnet"};
  constexpr std::string_view of_docker = "br-", digits = "0123456789abcdef";
  const bool named_by_docker = name.starts_with(of_docker) && name.size() == of_docker.size() + 12 &&
                               name.find_first_not_of(digits, of_docker.size()) == std::string_view::npos;
  return named_by_docker ||
         std::ranges::any_of(beginnings, [&](auto beginning) { return name.starts_with(beginning); });
}

void set_open_mpi_defaults() {
  // Open MPI 5 asks the kernel which addresses reach each other. With IPv6 it finds that a host does not reach itself,
  // and warns on standard error. Comparing addresses works as well.
  setenv("OMPI_MCA_reachable", "weighted", 0);
  // The libraries of fabrics wait 0.2 s for their devices.
  if (!has_fabric() && environment("OMPI_MCA_pml").empty()) setenv("OMPI_MCA_mtl", "^ofi,psm,psm2", 0);
  // Open MPI 4 copies large messages from the sender's memory and, where it may not, says so for each of them.
  if (!reads_memory()) setenv("OMPI_MCA_btl_vader_single_copy_mechanism", "none", 0);
  avoid_interfaces_of_this_host();
}

}  // namespace stormsweep
