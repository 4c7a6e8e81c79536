#include "headroom/persistence/seed_settings.hpp"

namespace headroom::persistence {

using std::chrono::hours;
using std::chrono::minutes;

void read_seed_settings(setting_reader& from) {
    from.duration({.name = "TASKIQ_RESULT_TTL",
                   .fallback = hours(1),
                   .min = minutes(1),
                   .max = hours(24),
                   .doc = "How long a task's result is kept."});
    from.text({.name = "TASKIQ_STREAM_PREFIX",
               .fallback = "taskiq",
               .length_max = 64,
               .doc = "The beginning of every stream's name."});
}

}  // namespace headroom::persistence
