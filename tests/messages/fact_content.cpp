#include "messages/fact_content.hpp"

#include <array>
#include <sstream>
#include <stdexcept>

namespace tallyman::testing {

namespace {

class printer {
public:
  printer(const fact_batch& batch, const string_table& strings) : batch_(&batch), strings_(&strings) {}

  template <class... Field>
  void operator()(const char* kind, const Field&... field) {
    out_ << " " << kind;
    ((out_ << " | ", print(field)), ...);
  }

  std::string text() const { return out_.str(); }

private:
  void print(bool value) { out_ << (value ? "yes" : "no"); }
  void print(std::uint64_t value) { out_ << value; }
  void print(std::int64_t value) { out_ << value; }
  void print(string_id value) { out_ << '"' << strings_->text(value) << '"'; }
  void print(const uid& value) { out_ << to_string(value, *strings_); }

  void print(pool_slice value) {
    if (std::uint64_t{value.offset} + value.length > batch_->texts.size())
      throw std::out_of_range{"a text outside of its pool"};
    out_ << value.length << ':' << batch_->text(value);
  }

  void print(const controller_ref& value) {
    (*this)("controller", value.id, value.kind, value.api_version, value.name);
  }

  void print(const container& value) {
    (*this)("container", value.name, value.image, value.image_id, value.runtime, value.list,
            std::uint64_t{value.instance});
  }

  void print(container_list value) { print_choice(value, {"regular", "init", "ephemeral", "volume", ""}); }
  void print(gone_reason value) { print_choice(value, {"deleted", "relist", "replaced", "", ""}); }
  void print(scan_outcome value) { print_choice(value, {"succeeded", "failed", "private", "", ""}); }
  void print(tally_rules value) { print_choice(value, {"", "first", "second", "", ""}); }
  void print(pod_phase value) {
    print_choice(value, {"unknown", "pending", "running", "succeeded", "failed"});
  }

  template <class Enum>
  void print_choice(Enum value, const std::array<std::string_view, 5>& names) {
    const auto name = names.at(static_cast<std::size_t>(value));
    if (name.empty())
      throw std::out_of_range{"an enum value that has no name"};
    out_ << name;
  }

  const fact_batch* batch_;
  const string_table* strings_;
  std::ostringstream out_;
};

struct content_printer {
  const fact_batch& batch;
  printer& print;

  void operator()(const pod_observed& f) const {
    print("pod_observed", f.id, f.name_space, f.node, f.name, f.controller, f.resource_version, f.phase,
          f.deleting);
    if (std::uint64_t{f.containers.offset} + f.containers.length > batch.containers.size())
      throw std::out_of_range{"containers outside of their pool"};
    for (const auto* one = batch.begin_of(f.containers); one != batch.end_of(f.containers); ++one)
      print("|", *one);
  }
  void operator()(const pod_gone& f) const { print("pod_gone", f.id, f.resource_version, f.reason); }
  void operator()(const node_observed& f) const {
    print("node_observed", f.id, f.name, f.architecture, f.os, f.resource_version);
  }
  void operator()(const node_gone& f) const {
    print("node_gone", f.id, f.name, f.resource_version, f.reason);
  }
  void operator()(const workload_observed& f) const {
    print("workload_observed", f.id, f.kind, f.api_version, f.name_space, f.name, f.controller,
          f.resource_version);
  }
  void operator()(const workload_gone& f) const {
    print("workload_gone", f.id, f.kind, f.resource_version, f.reason, f.api_version);
  }
  void operator()(const scan_finished& f) const {
    print("scan_finished", f.image_id, f.architecture, f.error, f.wait_ms, f.outcome);
  }
  void operator()(const remote_answered& f) const {
    print("remote_answered", f.image_id, f.architecture, f.scanned);
  }
  void operator()(const remote_acknowledged& f) const {
    print("remote_acknowledged", f.image_id, f.architecture, f.name, f.version);
  }
  void operator()(const list_synced& f) const {
    print("list_synced", f.kind, f.resource_version, f.items, f.api_version);
  }
  void operator()(const bookmarked& f) const {
    print("bookmarked", f.kind, f.resource_version, f.api_version);
  }
  void operator()(const settings_changed& f) const {
    print("settings_changed", f.scan_grace_ms, f.rules, f.list_anew, f.followed);
  }
};

} // namespace

std::string content_of(const fact_batch& batch, const fact& item, const string_table& strings) {
  printer print{batch, strings};
  print("at", item.time_ms);
  std::visit(content_printer{batch, print}, item.body);
  return print.text();
}

} // namespace tallyman::testing
