#include "views/csv.hpp"
#include "views/diff_view.hpp"

namespace tallyman {

void write_diff_csv(const diff_view& shown, output& out) {
  out.write(csv_record({"change", "image_id", "architecture", "name", "owner_kind", "owner_namespace",
                        "owner_name", "owner_uid"}));
  for_each_change(shown.difference,
                  [&](const char* change, const image_text& image, const owner_text& owner) {
                    out.write(csv_record({change, image.image_id, image.architecture, image.name, owner.kind,
                                          owner.name_space, owner.name, owner.uid}));
                  });
}

} // namespace tallyman
