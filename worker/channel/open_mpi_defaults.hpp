#pragma once

#include <string_view>

namespace stormsweep {

/// Tells Open MPI, before MPI_Init, what its own defaults get wrong. What its user has set in the environment stays.
void set_open_mpi_defaults();

/// Whether a network interface of that name leads to containers or virtual machines of this host: a bridge of Docker's
/// (docker0, docker_gwbridge, br- and 12 hexadecimal digits), libvirt's, Podman's, LXC's, LXD's, VMware's, VirtualBox's
/// or a container network (cni0).
bool is_host_bridge(std::string_view name);

}  // namespace stormsweep
