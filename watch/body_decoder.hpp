#pragma once

#include "base/result.hpp"
#include "kube/fact_collector.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tallyman::watch {

/// The decoder that a Content-Type asks for. Bad objects are skipped with a warning: one of them must not
/// hold up all that follow, and a list that held one is not whole.
class body_decoder {
public:
  virtual ~body_decoder() = default;
  virtual result<void> feed(std::string_view bytes) = 0;
  virtual result<void> finish() = 0;
  virtual std::vector<std::string> take_warnings() = 0;

  /// Null if the type is none of Kubernetes'. `is_stream`: of watch events. `into` must outlive it.
  static std::unique_ptr<body_decoder> make(std::string_view content_type, bool is_stream,
                                            kube::fact_collector& into);
};

} // namespace tallyman::watch
