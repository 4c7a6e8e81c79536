// persistence/seed_settings.hpp: the other sizes an existing deployment's .env names.
//
// They belong to a part that is not here yet: tasks. They are declared all the same, so that such a
// file is read, checked and documented as a whole, and so that each name keeps its meaning.
#pragma once
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::persistence {

void read_seed_settings(setting_reader& from);

}  // namespace headroom::persistence
