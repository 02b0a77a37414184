#include "watch/pace.hpp"

#include <condition_variable>
#include <mutex>

namespace tallyman::watch {

namespace {

class real_pace final : public pace {
public:
  time_point now() override { return std::chrono::steady_clock::now(); }

  void wait(std::chrono::milliseconds time, const std::stop_token& stop) override {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock{mutex};
    never.wait_for(lock, stop, time, [] { return false; });
  }
};

} // namespace

pace& pace::real() {
  static real_pace only;
  return only;
}

} // namespace tallyman::watch
