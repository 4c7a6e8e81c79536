#include "service/operator_key_command.hpp"

#include <ostream>

#include "headroom/auth/api_key.hpp"
#include "headroom/budget/exit_code.hpp"

namespace headroom::service {

int make_operator_key(const settings& with, std::ostream& out, std::ostream& err) {
    if (with.key_pepper.empty()) {
        err << "headroom-service: HEADROOM_API_KEY_PEPPER must be set: keys are hashed under it\n";
        return budget::exit_code::refused;
    }
    const auto made = auth::make_api_key();
    out << "key: " << made.text.reveal() << "\n"
        << "AUTH_OPERATOR_KEYS=" << made.id << ":"
        << auth::api_key_hash(made.value, with.key_pepper) << "\n";
    return budget::exit_code::ok;
}

}  // namespace headroom::service
