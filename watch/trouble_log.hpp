#pragma once

#include "watch/api_answer.hpp"
#include "watch/pace.hpp"
#include "watch/watch_options.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace tallyman::watch {

/// What users are told of trouble with one server: one line when a sort of it begins, however many kinds meet
/// it, and one when it is over.
///
/// Trouble of the whole server (it is down, it does not accept the credentials) is of the same sort for all
/// kinds, whatever its text; that of one kind is of the same sort if its text differs in numbers and quoted
/// words alone. A sort that comes back is not told again for 10 minutes after it was told, then for 20, and
/// so on up to an hour; if it is still there then, it is told then. So the number of lines is bounded by the
/// number of sorts and, slowly, by time.
///
/// Thread-safe.
class trouble_log {
public:
  /// `sink` and `time` must outlive it. `server`: its address.
  trouble_log(const watch_sink& sink, pace& time, std::string server);

  /// `who`, a kind, has met trouble; perhaps not for the first time. `doubted`: it may be over in a moment,
  /// so nothing is told yet.
  void failed(const std::string& who, const judgement& how, bool doubted);

  /// `who` is well. Returns true if it was not, for a reason that others may share and that is over now.
  bool worked(const std::string& who);

  /// Something about `who` (empty: the server) that may come again and again: a warning, which is told the
  /// first `often` times, or what is good to know. `report` returns whether it was told.
  void warn(const std::string& who, std::string_view what, unsigned often = 1);
  bool report(const std::string& who, std::string_view what);

private:
  struct sort {
    std::set<std::string> who; ///< who has it now
    bool of_server = false;
    bool is_told = false;
    pace::time_point since;
    pace::time_point quiet_until;
    std::chrono::seconds quiet{0};
    unsigned told = 0;
  };

  sort& find(const std::string& key);
  bool may_tell(sort& what, unsigned often = 1);
  bool leave(const std::string& who, const sort* except);

  const watch_sink& sink_;
  pace& time_;
  const std::string server_;
  std::mutex mutex_; ///< guards what follows
  std::map<std::string, sort> sorts_;
  bool outage_is_told_ = false; ///< of the server
};

} // namespace tallyman::watch
