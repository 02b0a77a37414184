#include "kube/protobuf/protobuf_pod_reader.hpp"

#include "kube/protobuf/wire_message.hpp"

#include <fmt/format.h>

#include <vector>

namespace tallyman::kube {

namespace {

template <class Entry>
bool add(std::vector<Entry>& to, const Entry& entry, std::string_view what, std::string& problem) {
  if (to.size() >= entries_max) {
    problem = fmt::format("it has more than {} {}", entries_max, what);
    return false;
  }
  to.push_back(entry);
  return true;
}

class pod_reader {
public:
  pod_reader(object_fields& out, std::string& problem) : out_(out), problem_(problem) {}

  bool read_spec(std::string_view bytes) {
    return for_each_text(bytes, [&](const wire_field& field) {
      switch (field.number) {
      case 1:
        return read_volume(field.bytes);
      case 2:
        return read_container(field.bytes, container_list::regular);
      case 10:
        return keep(field.bytes, out_.node_name);
      case 20:
        return read_container(field.bytes, container_list::init);
      case 34:
        return read_ephemeral(field.bytes);
      default:
        return true;
      }
    });
  }

  bool read_status(std::string_view bytes) {
    return for_each_text(bytes, [&](const wire_field& field) {
      switch (field.number) {
      case 1:
        return keep(field.bytes, out_.phase);
      case 8:
        return read_container_status(field.bytes, container_list::regular);
      case 10:
        return read_container_status(field.bytes, container_list::init);
      case 13:
        return read_container_status(field.bytes, container_list::ephemeral);
      default:
        return true;
      }
    });
  }

private:
  bool add_container(const container_spec& container) {
    return add(out_.containers, container, "containers", problem_);
  }
  bool add_status(const container_status& status) {
    return add(out_.statuses, status, "container statuses", problem_);
  }

  bool read_container(std::string_view bytes, container_list list) {
    container_spec container{{}, {}, list};
    return for_each_text(bytes,
                         [&](const wire_field& field) {
                           if (field.number == 1)
                             return keep(field.bytes, container.name);
                           return field.number != 2 || keep(field.bytes, container.image);
                         }) &&
           add_container(container);
  }

  bool read_ephemeral(std::string_view bytes) {
    std::string_view common;
    return find_text(bytes, 1, common) && read_container(common, container_list::ephemeral);
  }

  bool read_volume(std::string_view bytes) {
    container_spec volume{{}, {}, container_list::volume};
    std::string_view source;
    std::string_view image;
    return find_text(bytes, 1, volume.name) && find_text(bytes, 2, source) && find_text(source, 30, image) &&
           find_text(image, 1, volume.image) && (volume.image.empty() || add_container(volume));
  }

  bool read_container_status(std::string_view bytes, container_list list) {
    container_status status{{}, {}, {}, list};
    return for_each_text(bytes,
                         [&](const wire_field& field) {
                           switch (field.number) {
                           case 1:
                             return keep(field.bytes, status.name);
                           case 7:
                             return keep(field.bytes, status.image_id);
                           case 8:
                             return keep(field.bytes, status.container_id);
                           case 12:
                             return read_volume_mount(field.bytes);
                           default:
                             return true;
                           }
                         }) &&
           add_status(status);
  }

  // Every container that mounts a volume says the same of it: once is enough.
  bool read_volume_mount(std::string_view bytes) {
    container_status volume{{}, {}, {}, container_list::volume};
    std::string_view status;
    std::string_view image;
    return find_text(bytes, 5, status) && find_text(status, 1, image) &&
           find_text(image, 1, volume.image_id) && find_text(bytes, 1, volume.name) &&
           (volume.image_id.empty() || out_.status_of(volume.name, volume.list) != nullptr ||
            add_status(volume));
  }

  object_fields& out_;
  std::string& problem_;
};

} // namespace

bool read_pod_spec(object_fields& out, std::string_view spec, std::string& problem) {
  return pod_reader{out, problem}.read_spec(spec);
}

bool read_pod_status(object_fields& out, std::string_view status, std::string& problem) {
  return pod_reader{out, problem}.read_status(status);
}

} // namespace tallyman::kube
