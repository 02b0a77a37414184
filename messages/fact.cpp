#include "messages/fact.hpp"

#include "base/invariant.hpp"

#include <algorithm>
#include <limits>

namespace tallyman {

namespace {

pool_slice make_slice(std::size_t offset, std::size_t length) {
  invariant(offset + length <= std::numeric_limits<std::uint32_t>::max() && "a fact batch outgrew 4 GiB");
  return {static_cast<std::uint32_t>(offset), static_cast<std::uint32_t>(length)};
}

} // namespace

std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view{} : api_version.substr(0, slash);
}

std::string qualified_kind(std::string_view kind, std::string_view api_version) {
  std::string name{kind};
  if (const auto group = group_of(api_version); group.find('.') != std::string_view::npos)
    name.append(1, '.').append(group);
  return name;
}

pool_slice fact_batch::add_text(std::string_view text) {
  const auto slice = make_slice(texts.size(), text.size());
  texts.append(text);
  return slice;
}

pool_slice fact_batch::add_containers(const container* first, std::size_t count) {
  const auto slice = make_slice(containers.size(), count);
  containers.insert(containers.end(), first, first + count);
  return slice;
}

void fact_batch::clear() noexcept {
  facts.clear();
  containers.clear();
  texts.clear();
}

namespace {

/// Keeps the highest of the ids that it is shown.
class highest_seen {
public:
  void operator()(string_id id) noexcept { highest_ = std::max(highest_, id); }
  void operator()(const uid& id) noexcept { (*this)(interned_part(id)); }
  void operator()(const controller_ref& ref) noexcept { all(ref.id, ref.kind, ref.api_version); }

  template <class... Parts>
  void all(const Parts&... parts) noexcept {
    ((*this)(parts), ...);
  }

  string_id get() const noexcept { return highest_; }

private:
  string_id highest_{};
};

} // namespace

string_id highest_string(const fact_batch& batch, const fact& item) noexcept {
  highest_seen seen;
  struct look {
    highest_seen& seen;
    const fact_batch& batch;
    void operator()(const pod_observed& pod) const {
      seen.all(pod.id, pod.name_space, pod.node, pod.controller);
      for (auto* c = batch.begin_of(pod.containers); c != batch.end_of(pod.containers); ++c)
        seen.all(c->name, c->image, c->image_id, c->runtime);
    }
    void operator()(const pod_gone& pod) const { seen(pod.id); }
    void operator()(const node_observed& node) const {
      seen.all(node.id, node.name, node.architecture, node.os);
    }
    void operator()(const node_gone& node) const { seen.all(node.id, node.name); }
    void operator()(const workload_observed& workload) const {
      seen.all(workload.id, workload.kind, workload.api_version, workload.name_space, workload.controller);
    }
    void operator()(const workload_gone& workload) const {
      seen.all(workload.id, workload.kind, workload.api_version);
    }
    void operator()(const scan_finished& scan) const { seen.all(scan.image_id, scan.architecture); }
    void operator()(const remote_answered& answer) const { seen.all(answer.image_id, answer.architecture); }
    void operator()(const remote_acknowledged& ack) const {
      seen.all(ack.image_id, ack.architecture, ack.name);
    }
    void operator()(const list_synced& list) const { seen.all(list.kind, list.api_version); }
    void operator()(const bookmarked& mark) const { seen.all(mark.kind, mark.api_version); }
    void operator()(const settings_changed&) const {}
  };
  std::visit(look{seen, batch}, item.body);
  return seen.get();
}

} // namespace tallyman
