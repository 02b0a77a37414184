#include "tally/snapshot/snapshot_parts.hpp"

#include <fmt/format.h>

namespace tallyman {

bool snapshot_decoder::parts::read_objects(const pb::SnapshotObjects& from) {
  const auto size = from.uid_high_size();
  if (!all_equal({size, from.uid_low_size(), from.fingerprint_high_size(), from.fingerprint_low_size(),
                  from.kind_id_size()}) ||
      !all_or_none(size, {from.version_size()}))
    return refuse("its columns differ in length");
  auto& incoming = state_->incoming;
  for (int i = 0; i < size; ++i) {
    const uid id{from.uid_high(i), from.uid_low(i)};
    if (!known(id) || !known({from.kind_id(i)}))
      return refuse(fmt::format("entry {} refers to an unknown string", i));
    if (incoming.objects().contains(id))
      return refuse(fmt::format("entry {} is an object that is already there", i));
    incoming.restore(id, {from.fingerprint_high(i),
                          from.fingerprint_low(i),
                          from.version_size() == 0 ? 0 : from.version(i),
                          string_id{from.kind_id(i)},
                          {},
                          0});
  }
  return true;
}

bool snapshot_decoder::parts::read_tombstones(const pb::SnapshotTombstones& from) {
  const auto size = from.uid_high_size();
  if (size != from.uid_low_size() || !all_or_none(size, {from.version_size(), from.kind_id_size()}))
    return refuse("its columns differ in length");
  auto& incoming = state_->incoming;
  for (int i = 0; i < size; ++i) {
    const uid id{from.uid_high(i), from.uid_low(i)};
    const auto kind = from.kind_id_size() == 0 ? 0 : from.kind_id(i);
    if (!known(id) || !known({kind}))
      return refuse(fmt::format("entry {} refers to an unknown string", i));
    if (incoming.objects().contains(id) || incoming.gone().contains(id))
      return refuse(fmt::format("entry {} is an object that is already there", i));
    if (incoming.gone().size() == tombstones::size_max)
      return refuse("it holds more than are ever kept");
    incoming.restore_tombstone(id, string_id{kind}, from.version_size() == 0 ? 0 : from.version(i));
  }
  return true;
}

bool snapshot_decoder::parts::read_nodes(const pb::SnapshotNodes& from) {
  const auto size = from.name_id_size();
  if (!all_equal({size, from.uid_high_size(), from.uid_low_size(), from.architecture_id_size(),
                  from.os_id_size(), from.resource_version_size()}))
    return refuse("its columns differ in length");
  auto& nodes = state_->nodes;
  for (int i = 0; i < size; ++i) {
    const string_id name{from.name_id(i)};
    const uid id{from.uid_high(i), from.uid_low(i)};
    if (!known({from.name_id(i), from.architecture_id(i), from.os_id(i)}) || !known(id))
      return refuse(fmt::format("entry {} refers to an unknown string", i));
    const auto before = nodes.nodes().size();
    nodes.restore(
        name, {id, string_id{from.architecture_id(i)}, string_id{from.os_id(i)}, from.resource_version(i)});
    if (nodes.nodes().size() != before + 1)
      return refuse(fmt::format("entry {} is a node that is already there", i));
    state_->incoming.restore_node_name(id, name);
    state_->placed.restore_platform(name, nodes.platform_of(name));
  }
  return true;
}

bool snapshot_decoder::parts::read_workloads(const pb::SnapshotWorkloads& from) {
  const auto size = from.uid_high_size();
  if (!all_equal({size, from.uid_low_size(), from.kind_id_size(), from.api_version_id_size(),
                  from.namespace_id_size(), from.name_length_size(), from.controller_uid_high_size(),
                  from.controller_uid_low_size(), from.controller_kind_id_size(),
                  from.controller_api_version_id_size(), from.controller_name_length_size()}))
    return refuse("its columns differ in length");
  text_run texts{from.texts()};
  auto& table = state_->workloads;
  for (int i = 0; i < size; ++i) {
    const uid id{from.uid_high(i), from.uid_low(i)};
    const uid above{from.controller_uid_high(i), from.controller_uid_low(i)};
    if (!known({from.kind_id(i), from.api_version_id(i), from.namespace_id(i), from.controller_kind_id(i),
                from.controller_api_version_id(i)}) ||
        !known(id) || !known(above))
      return refuse(fmt::format("entry {} refers to an unknown string", i));
    if (table.workloads().contains(id))
      return refuse(fmt::format("entry {} is a workload that is already there", i));
    const std::string name{texts.take(from.name_length(i))};
    state_->incoming.restore_api_version(id, string_id{from.api_version_id(i)});
    table.restore(
        id, {string_id{from.kind_id(i)},
             string_id{from.api_version_id(i)},
             string_id{from.namespace_id(i)},
             name,
             {above, string_id{from.controller_kind_id(i)}, string_id{from.controller_api_version_id(i)},
              std::string{texts.take(from.controller_name_length(i))}}});
  }
  return texts.used_up() || refuse("its texts and their lengths do not fit");
}

bool snapshot_decoder::parts::read_positions(const pb::SnapshotPositions& from) {
  const auto size = from.kind_id_size();
  if (!all_equal(
          {size, from.resource_version_length_size(), from.listed_at_ms_size(), from.listed_items_size()}) ||
      (from.api_version_id_size() != size && from.api_version_id_size() != 0))
    return refuse("its columns differ in length");
  text_run texts{from.texts()};
  for (int i = 0; i < size; ++i) {
    const auto api_version = from.api_version_id_size() == 0 ? 0 : from.api_version_id(i);
    if (!known({from.kind_id(i), api_version}))
      return refuse(fmt::format("entry {} refers to an unknown string", i));
    const object_kind kind{string_id{from.kind_id(i)}, string_id{api_version}};
    if (state_->positions.by_kind().contains(kind))
      return refuse(fmt::format("entry {} is a kind that is already there", i));
    state_->positions.restore(kind, {std::string{texts.take(from.resource_version_length(i))},
                                     from.listed_at_ms(i), from.listed_items(i)});
  }
  return texts.used_up() || refuse("its texts and their lengths do not fit");
}

} // namespace tallyman
