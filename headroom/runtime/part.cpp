#include "headroom/runtime/part.hpp"

namespace headroom {

void part_sequence::start(deadline by) {
    try {
        while (started_ < parts_.size()) parts_[started_++]->start(by);
    } catch (...) {
        stop(deadline(deadline::clock::now()));
        throw;
    }
}

void part_sequence::stop(deadline drain_until) noexcept {
    while (started_ > 0) parts_[--started_]->stop(drain_until);
}

}  // namespace headroom
