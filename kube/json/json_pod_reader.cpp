#include "kube/json/json_pod_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace tallyman::kube {

namespace {

using json::read_text;
using json::value;

template <class Entry>
result<Entry*> add_entry(std::vector<Entry>& entries, std::string_view what) {
  if (entries.size() >= entries_max)
    return error{error_kind::bad_input, fmt::format("it has more than {} {}", entries_max, what)};
  return &entries.emplace_back();
}

template <class Entry>
void erase_list(std::vector<Entry>& entries, container_list list) {
  std::erase_if(entries, [list](const Entry& entry) { return entry.list == list; });
}

// -- spec ---------------------------------------------------------------------------------------

result<void> read_containers(object_fields& out, value& json, container_list list) {
  erase_list(out.containers, list);
  return json::for_each_element(json, "a list of containers in spec", [&](value& element) -> result<void> {
    const auto added = add_entry(out.containers, "containers");
    if (!added)
      return added.failure();
    auto& container = **added;
    container.list = list;
    return json::for_each_member(element, "a container in spec",
                                 [&](std::string_view key, value member) -> result<void> {
                                   if (key == "name")
                                     return read_text(container.name, member, "a container's name in spec");
                                   if (key == "image")
                                     return read_text(container.image, member, "a container's image in spec");
                                   return {};
                                 });
  });
}

result<void> read_volume(container_spec& volume, value& json) {
  return json::for_each_member(
      json, "a volume in spec", [&](std::string_view key, value member) -> result<void> {
        if (key == "name")
          return read_text(volume.name, member, "a volume's name in spec");
        if (key != "image")
          return {};
        return json::for_each_member(member, "a volume's image in spec",
                                     [&](std::string_view part, value of_image) -> result<void> {
                                       if (part != "reference")
                                         return {};
                                       return read_text(volume.image, of_image, "the reference of a volume");
                                     });
      });
}

result<void> read_volumes(object_fields& out, value& json) {
  erase_list(out.containers, container_list::volume);
  return json::for_each_element(json, "spec.volumes", [&](value& element) -> result<void> {
    container_spec volume{{}, {}, container_list::volume};
    if (auto read = read_volume(volume, element); !read || volume.image.empty())
      return read;
    const auto added = add_entry(out.containers, "containers");
    if (!added)
      return added.failure();
    **added = volume;
    return {};
  });
}

// -- status -------------------------------------------------------------------------------------

result<void> read_volume_image(std::string_view& image_ref, value& json) {
  return json::for_each_member(
      json, "a volumeStatus", [&](std::string_view key, value member) -> result<void> {
        if (key != "image")
          return {};
        return json::for_each_member(member, "the image of a volumeStatus",
                                     [&](std::string_view part, value of_image) -> result<void> {
                                       if (part != "imageRef")
                                         return {};
                                       return read_text(image_ref, of_image,
                                                        "the imageRef of a volumeStatus");
                                     });
      });
}

// Every container that mounts a volume says the same of it: once is enough.
result<void> read_volume_mounts(object_fields& out, value& json) {
  return json::for_each_element(
      json, "volumeMounts of a container status", [&](value& element) -> result<void> {
        container_status volume{{}, {}, {}, container_list::volume};
        auto read = json::for_each_member(
            element, "a volumeMount of a container status",
            [&](std::string_view key, value member) -> result<void> {
              if (key == "name")
                return read_text(volume.name, member, "the name of a volumeMount");
              return key == "volumeStatus" ? read_volume_image(volume.image_id, member) : result<void>{};
            });
        if (!read || volume.image_id.empty() || out.status_of(volume.name, volume.list) != nullptr)
          return read;
        const auto added = add_entry(out.statuses, "container statuses");
        if (!added)
          return added.failure();
        **added = volume;
        return {};
      });
}

result<void> read_container_statuses(object_fields& out, value& json, container_list list) {
  erase_list(out.statuses, list);
  return json::for_each_element(json, "a list of container statuses", [&](value& element) -> result<void> {
    container_status status{{}, {}, {}, list};
    auto read = json::for_each_member(
        element, "a container status", [&](std::string_view key, value member) -> result<void> {
          if (key == "name")
            return read_text(status.name, member, "the name of a container status");
          if (key == "imageID")
            return read_text(status.image_id, member, "the imageID of a container status");
          if (key == "containerID")
            return read_text(status.container_id, member, "the containerID of a container status");
          return key == "volumeMounts" ? read_volume_mounts(out, member) : result<void>{};
        });
    if (!read)
      return read;
    const auto added = add_entry(out.statuses, "container statuses");
    if (!added)
      return added.failure();
    **added = status;
    return {};
  });
}

} // namespace

result<void> read_pod_spec(object_fields& out, value& spec) {
  out.clear_spec();
  return json::for_each_member(spec, "spec", [&](std::string_view key, value member) -> result<void> {
    if (key == "nodeName")
      return read_text(out.node_name, member, "spec.nodeName");
    if (key == "containers")
      return read_containers(out, member, container_list::regular);
    if (key == "initContainers")
      return read_containers(out, member, container_list::init);
    if (key == "ephemeralContainers")
      return read_containers(out, member, container_list::ephemeral);
    return key == "volumes" ? read_volumes(out, member) : result<void>{};
  });
}

result<void> read_pod_status(object_fields& out, value& status) {
  out.clear_status();
  return json::for_each_member(status, "status", [&](std::string_view key, value member) -> result<void> {
    if (key == "phase")
      return read_text(out.phase, member, "status.phase");
    if (key == "containerStatuses")
      return read_container_statuses(out, member, container_list::regular);
    if (key == "initContainerStatuses")
      return read_container_statuses(out, member, container_list::init);
    if (key == "ephemeralContainerStatuses")
      return read_container_statuses(out, member, container_list::ephemeral);
    return {};
  });
}

} // namespace tallyman::kube
