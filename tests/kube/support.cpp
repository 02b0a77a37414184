#include "kube/support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace tallyman::kube::testing {

namespace {

class renderer {
public:
  renderer(const fact_batch& batch, const string_table& strings) : batch_(batch), strings_(strings) {}

  std::string operator()(const pod_observed& pod) const {
    auto line =
        fmt::format("pod {} {}/{} node={} phase={} deleting={} rv={} controller={}", id(pod.id),
                    text(pod.name_space), batch_.text(pod.name), text(pod.node), static_cast<int>(pod.phase),
                    pod.deleting, pod.resource_version, controller(pod.controller));
    for (const auto* at = batch_.begin_of(pod.containers); at != batch_.end_of(pod.containers); ++at)
      line += fmt::format(" [{} {} {} {} {}]", static_cast<int>(at->list), text(at->name), text(at->image),
                          text(at->image_id), text(at->runtime));
    return line;
  }
  std::string operator()(const node_observed& node) const {
    return fmt::format("node {} {} {}/{} rv={}", id(node.id), text(node.name), text(node.architecture),
                       text(node.os), node.resource_version);
  }
  std::string operator()(const workload_observed& seen) const {
    return fmt::format("workload {} {} {} {}/{} rv={} controller={}", id(seen.id), text(seen.kind),
                       text(seen.api_version), text(seen.name_space), batch_.text(seen.name),
                       seen.resource_version, controller(seen.controller));
  }
  std::string operator()(const pod_gone& gone) const {
    return fmt::format("pod gone {} rv={}", id(gone.id), gone.resource_version);
  }
  std::string operator()(const node_gone& gone) const {
    return fmt::format("node gone {} {} rv={}", id(gone.id), text(gone.name), gone.resource_version);
  }
  std::string operator()(const workload_gone& gone) const {
    return fmt::format("workload gone {} {} rv={}", id(gone.id), kind({gone.kind, gone.api_version}),
                       gone.resource_version);
  }
  std::string operator()(const list_synced& list) const {
    return fmt::format("synced {} items={} rv={}", kind({list.kind, list.api_version}), list.items,
                       batch_.text(list.resource_version));
  }
  std::string operator()(const bookmarked& mark) const {
    return fmt::format("bookmark {} rv={}", kind({mark.kind, mark.api_version}),
                       batch_.text(mark.resource_version));
  }
  template <class Other>
  std::string operator()(const Other&) const {
    return "a fact that no cluster sends";
  }

  /// "Pod", "Job.batch".
  std::string kind(const object_kind& kind) const {
    const auto group = group_of(text(kind.api_version));
    return fmt::format("{}{}{}", text(kind.name), group.empty() ? "" : ".", group);
  }

private:
  std::string_view text(string_id string) const { return strings_.text(string); }

  std::string id(const uid& given) const { return to_string(given, strings_); }
  std::string controller(const controller_ref& owner) const {
    if (owner.empty())
      return "-";
    return fmt::format("{} {} {} {}", text(owner.api_version), text(owner.kind), batch_.text(owner.name),
                       id(owner.id));
  }

  const fact_batch& batch_;
  const string_table& strings_;
};

void append(std::vector<std::string>& to, std::vector<std::string> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

} // namespace

lines render(const observations& seen, const string_table& strings) {
  const renderer rendered{seen.batch, strings};
  lines all;
  auto list = seen.lists.begin();
  for (std::size_t i = 0; i <= seen.batch.facts.size(); ++i) {
    for (; list != seen.lists.end() && list->position == i; ++list)
      all.push_back(fmt::format("begin {}", rendered.kind(list->kind)));
    if (i < seen.batch.facts.size())
      all.push_back(std::visit(rendered, seen.batch.facts[i].body));
  }
  return all;
}

decoder_options complete(bool keep_going) {
  decoder_options options;
  options.lists_are_complete = true;
  options.keep_going = keep_going;
  return options;
}

decoded decode(std::string_view text, json_decoder_options options, const chunking& next_chunk) {
  string_table table;
  interner strings{table};
  json_decoder decoder{strings, options};
  decoded all;
  const auto take = [&](const result<void>& done) {
    const auto seen = decoder.take();
    append(all.lines, render(seen, table));
    for (const auto& each : seen.batch.containers)
      all.instances.push_back(each.instance);
    append(all.warnings, decoder.take_warnings());
    if (!done)
      all.error = done.failure().what;
    return done.ok();
  };
  bool good = true;
  while (good && !text.empty()) {
    const auto chunk = text.substr(0, next_chunk ? next_chunk() : text.size());
    text.remove_prefix(chunk.size());
    good = take(decoder.feed(chunk));
  }
  if (good)
    take(decoder.finish());
  all.counters = decoder.counters();
  return all;
}

lines facts_of(std::string_view text, json_decoder_options options) {
  auto all = decode(text, options);
  if (!all.error.empty())
    throw std::runtime_error("unexpected error: " + all.error);
  return std::move(all.lines);
}

std::string read_data(std::string_view path, std::string_view recording) {
  const auto file = fmt::format("{}/{}/{}", TALLYMAN_UNPACKED_DATA, recording, path);
  std::ifstream in{file, std::ios::binary};
  if (!in)
    throw std::runtime_error("cannot read " + file);
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::string pod_json(std::string_view uid, std::string_view metadata, std::string_view spec,
                     std::string_view status, std::string_view name) {
  return fmt::format(
      R"({{"kind":"Pod","apiVersion":"v1","metadata":{{"name":"{}","namespace":"shop","uid":"{}")"
      R"({}{}}},"spec":{{{}}},"status":{{{}}}}})",
      name, uid, metadata.empty() ? "" : ",", metadata, spec, status);
}

std::string node_json(std::string_view uid, std::string_view metadata, std::string_view status) {
  return fmt::format(R"({{"kind":"Node","apiVersion":"v1","metadata":{{"name":"n1","uid":"{}"{}{}}},)"
                     R"("status":{{{}}}}})",
                     uid, metadata.empty() ? "" : ",", metadata, status);
}

std::string pod_line(std::string_view uid, std::string_view name) {
  return fmt::format("pod {} shop/{} node= phase=0 deleting=false rv=0 controller=-", uid, name);
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

} // namespace tallyman::kube::testing
