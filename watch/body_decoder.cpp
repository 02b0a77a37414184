#include "watch/body_decoder.hpp"

#include "kube/json/json_decoder.hpp"
#include "kube/protobuf/protobuf_decoder.hpp"
#include "watch/api_answer.hpp"

#include <utility>

namespace tallyman::watch {

namespace {

template <class Decoder>
class adapter final : public body_decoder {
public:
  template <class... Arguments>
  explicit adapter(Arguments&&... arguments) : decoder_(std::forward<Arguments>(arguments)...) {}

  result<void> feed(std::string_view bytes) override { return decoder_.feed(bytes); }
  result<void> finish() override { return decoder_.finish(); }
  std::vector<std::string> take_warnings() override { return decoder_.take_warnings(); }

private:
  Decoder decoder_;
};

} // namespace

std::unique_ptr<body_decoder> body_decoder::make(std::string_view content_type, bool is_stream,
                                                 kube::fact_collector& into) {
  kube::decoder_options options;
  options.keep_going = true;
  using framing = kube::protobuf_decoder::framing;
  if (content_type == protobuf_type)
    return std::make_unique<adapter<kube::protobuf_decoder>>(
        into, is_stream ? framing::watch : framing::object, options);
  if (content_type == json_type)
    return std::make_unique<adapter<kube::json_decoder>>(into, options);
  return nullptr;
}

} // namespace tallyman::watch
