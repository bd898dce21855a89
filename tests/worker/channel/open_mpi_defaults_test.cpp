#include "worker/channel/open_mpi_defaults.hpp"

#include <doctest/doctest.h>

using namespace stormsweep;

TEST_CASE("bridges of this host alone are known by their names, a network's own bridge is not one") {
  for (const char* name : {"docker0", "docker_gwbridge", "br-0123456789ab", "virbr0", "podman0", "cni0", "cni-podman0",
                           "lxcbr0", "lxdbr0", "incusbr0", "vmnet8", "vboxnet0"}) {
    CAPTURE(name);
    CHECK(is_host_bridge(name));
  }
  for (const char* name : {"eth0", "eno1", "ib0", "bond0", "br0", "br-lan", "br-0123456789a", "br-0123456789ag",
                           "br-0123456789abc", "hsn0", "lo", "vlan5", ""}) {
    CAPTURE(name);
    CHECK_FALSE(is_host_bridge(name));
  }
}
