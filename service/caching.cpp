#include "service/caching.hpp"

namespace headroom::service {

caching::caching(process& in) {
    if (in.redis() == nullptr) return;
    levels_.emplace(in.redis()->shared(), in.with().cache);
    values_.emplace(*levels_);
}

std::vector<part*> caching::parts() {
    return levels_ ? std::vector<part*>{&*levels_} : std::vector<part*>{};
}

}  // namespace headroom::service
