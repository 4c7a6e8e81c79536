#include "service/value_check.hpp"

#include <iterator>

namespace headroom::service {

void value_check::add(domain_error why) {
    if (!found_) {
        found_ = std::move(why);
        return;
    }
    found_->detail += "; " + why.detail;
    found_->faults.insert(found_->faults.end(), std::make_move_iterator(why.faults.begin()),
                          std::make_move_iterator(why.faults.end()));
}

}  // namespace headroom::service
