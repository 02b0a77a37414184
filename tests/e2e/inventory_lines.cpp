// Prints an inventory as sorted lines, "IMAGE ID|ARCHITECTURE|NAME OWNER POD", so that two can be compared:
//   inventory_lines cluster PODS NODES REPLICASETS JOBS   what lists of the API server imply, by the plainest
//   reading
//                                                         of the rules
//   inventory_lines tally IMAGES                          what `tallyman images -o json` says
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <cstdio>
#include <exception>
#include <fstream>
#include <map>
#include <set>
#include <string>

using nlohmann::json;

namespace {

/// The member `key` of the JSON in a file.
json read(const char* path, const char* key) {
  std::ifstream in{path};
  return json::parse(in).at(key);
}

std::string text(const json& from, const char* key) {
  return from.is_object() ? from.value(key, std::string{}) : std::string{};
}

json member(const json& from, const char* key) {
  return from.is_object() && from.contains(key) ? from.at(key) : json{};
}

json controller_of(const json& object) {
  for (const auto& each : member(member(object, "metadata"), "ownerReferences"))
    if (each.value("controller", false))
      return each;
  return {};
}

struct cluster_lists {
  json pods;
  std::map<std::string, std::string> architectures; ///< by node
  std::map<std::string, json> followed;             ///< ReplicaSets and Jobs, by uid
};

std::string owner_of(const json& pod, const cluster_lists& lists) {
  const auto name_space = text(member(pod, "metadata"), "namespace");
  auto above = controller_of(pod);
  if (above.is_null() || text(above, "kind") == "Node")
    return fmt::format("Pod/{}/{}", name_space, text(member(pod, "metadata"), "name"));
  for (auto found = lists.followed.find(text(above, "uid")); found != lists.followed.end();
       found = lists.followed.find(text(above, "uid"))) {
    const auto next = controller_of(found->second);
    if (next.is_null())
      break;
    above = next;
  }
  return fmt::format("{}/{}/{}", text(above, "kind"), name_space, text(above, "name"));
}

void add_pod(const json& pod, const cluster_lists& lists, std::set<std::string>& lines) {
  if (text(member(pod, "status"), "phase") != "Running")
    return;
  const auto node = lists.architectures.find(text(member(pod, "spec"), "nodeName"));
  const auto architecture =
      node == lists.architectures.end() || node->second.empty() ? "amd64" : node->second;
  for (const auto* list : {"containers", "initContainers", "ephemeralContainers"}) {
    const auto statuses = member(pod, "status");
    const auto status_list = std::string{list}.substr(0, std::string{list}.size() - 1) + "Statuses";
    for (const auto& spec : member(member(pod, "spec"), list))
      for (const auto& status : member(statuses, status_list.c_str()))
        if (text(status, "name") == text(spec, "name") && !text(status, "imageID").empty() &&
            !text(spec, "image").empty())
          lines.insert(fmt::format("{}|{}|{} {} {}", text(status, "imageID"), architecture,
                                   text(spec, "image"), owner_of(pod, lists),
                                   text(member(pod, "metadata"), "uid")));
  }
}

std::set<std::string> lines_of_cluster(char** files) {
  cluster_lists lists{read(files[0], "items"), {}, {}};
  for (const auto& node : read(files[1], "items"))
    lists.architectures[text(member(node, "metadata"), "name")] =
        text(member(member(node, "status"), "nodeInfo"), "architecture");
  for (const auto* file : {files[2], files[3]})
    for (const auto& each : read(file, "items"))
      lists.followed[text(member(each, "metadata"), "uid")] = each;
  std::set<std::string> lines;
  for (const auto& pod : lists.pods)
    add_pod(pod, lists, lines);
  return lines;
}

std::set<std::string> lines_of_tally(const char* file) {
  std::set<std::string> lines;
  for (const auto& image : read(file, "images"))
    for (const auto& owner : image.at("owners"))
      for (const auto& pod : owner.at("pods"))
        lines.insert(fmt::format("{}|{}|{} {}/{}/{} {}", text(image, "image_id"), text(image, "architecture"),
                                 text(image, "name"), text(owner, "kind"), text(owner, "namespace"),
                                 text(owner, "name"), pod.get<std::string>()));
  return lines;
}

} // namespace

int main(int argc, char** argv) {
  try {
    const std::string mode = argc > 1 ? argv[1] : "";
    if ((mode != "cluster" || argc != 6) && (mode != "tally" || argc != 3)) {
      fmt::print(stderr, "usage: inventory_lines cluster PODS NODES REPLICASETS JOBS | tally IMAGES\n");
      return 2;
    }
    for (const auto& line : mode == "cluster" ? lines_of_cluster(argv + 2) : lines_of_tally(argv[2]))
      fmt::print("{}\n", line);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "inventory_lines: {}\n", failure.what());
    return 1;
  }
}
