#include "master/scaling/cluster.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "search/base/error.hpp"
#include "search/base/file.hpp"

namespace stormsweep {

namespace {

std::string source_of(const Field& field) {
  field.expect_keys({"value", "source"}, {"value", "source"});
  return field["source"].text();
}

Sourced read_sourced(const Field& field) {
  std::string source = source_of(field);
  return {field["value"].positive(), std::move(source)};
}

Wire read_wire(const Field& field) {
  field.expect_keys({"latency", "message", "bandwidth"}, {"latency", "bandwidth"});
  return {.latency = read_sourced(field["latency"]),
          .message = field.has("message") ? read_sourced(field["message"]) : Sourced(),
          .bandwidth = read_sourced(field["bandwidth"])};
}

}  // namespace

Cluster parse_cluster(std::string_view text, const std::string& file) {
  const auto json = parse_json(text, file);
  const Field top(json, file);
  top.expect_keys({"name", "about", "ranks_per_host", "flops", "in_host", "between_hosts", "spread"},
                  {"name", "ranks_per_host", "flops", "between_hosts"});
  Cluster cluster;
  cluster.name = top["name"].text();
  if (top.has("about")) cluster.about = top["about"].text();
  source_of(top["ranks_per_host"]);
  cluster.ranks_per_host = static_cast<std::size_t>(top["ranks_per_host"]["value"].integer(1));
  for (const auto& [precision, field] : top["flops"].members()) cluster.flops[precision] = read_sourced(field);
  if (cluster.ranks_per_host > 1) cluster.in_host = read_wire(top["in_host"]);
  cluster.between_hosts = read_wire(top["between_hosts"]);
  if (top.has("spread")) cluster.spread = read_sourced(top["spread"]);
  return cluster;
}

Cluster find_cluster(const std::string& name_or_file) {
  const auto& shipped = shipped_clusters();
  if (const auto found = shipped.find(name_or_file); found != shipped.end())
    return parse_cluster(found->second, found->first);
  std::vector<std::string> names;
  for (const auto& [name, _] : shipped) names.push_back(name);
  return parse_cluster(read_file(name_or_file, fmt::format("give the file of a machine, or one of {}", join(names))),
                       name_or_file);
}

}  // namespace stormsweep
