#include "watch/version_question.hpp"

#include "kube/fact_collector.hpp"
#include "watch/api_answer.hpp"
#include "watch/body_decoder.hpp"

#include <fmt/format.h>

namespace tallyman::watch {

std::string ask_for_version(api_connection& server, string_table& strings, const std::string& path,
                            const watch_options& options, const std::stop_token& stop) {
  interner names{strings};
  kube::fact_collector into{names, false};
  std::unique_ptr<body_decoder> decoder;
  http_request request;
  request.path = path + "?limit=1";
  request.accept = fmt::format("{0};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,{0}", json_type);
  request.silence_max = options.list_silence_max;
  request.time_max = options.list_silence_max;
  const auto outcome = server.get(
      request,
      [&](const http_head& head) {
        if (head.status == 200)
          decoder = body_decoder::make(head.content_type, false, into);
      },
      [&](std::string_view bytes) -> result<void> {
        if (!decoder)
          return error{error_kind::bad_input, "no list"};
        auto fed = decoder->feed(bytes);
        static_cast<void>(into.take());
        return fed;
      },
      stop);
  if (outcome.trouble != http_trouble::none || !decoder || !decoder->finish())
    return {};
  const auto page = into.take_page();
  return page ? page->resource_version : std::string{};
}

} // namespace tallyman::watch
