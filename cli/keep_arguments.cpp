#include "cli/keep_arguments.hpp"

namespace tallyman::cli {

namespace {

constexpr double ms_per_day = 24.0 * 60 * 60 * 1000;
constexpr double days_max = 100'000;

} // namespace

journal::retention_limits keep_arguments::limits() const noexcept {
  journal::retention_limits limits;
  limits.age = std::chrono::milliseconds{static_cast<std::int64_t>(days * ms_per_day)};
  limits.bytes = bytes;
  return limits;
}

void add_keep_arguments(const subcommand& to, keep_arguments& arguments) {
  to.add_option("--keep-days", arguments.days,
                "Keep at least this many days of history before the last event, and give up what is older; "
                "a fraction is fine")
      .range(1e-6, days_max)
      .type_name("DAYS");
  to.add_option(
        "--keep-size", arguments.bytes,
        "Give up the oldest history once segments and snapshots take more than this, as 500MB or 20GiB")
      .byte_size()
      .type_name("SIZE");
}

} // namespace tallyman::cli
