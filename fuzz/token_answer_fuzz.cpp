// Answers of any bytes from a provider, under any status: a token set, an introspection or a
// reference within its bounds, or a failure that has no text of the answer. The first byte chooses
// the status, so that the rest is the answer.
#include <algorithm>
#include <cstdlib>

#include "headroom/auth/oidc/token_answer.hpp"

namespace {

using namespace headroom::auth;

constexpr unsigned statuses[] = {200, 201, 204, 302, 400, 401, 403, 404, 429, 500, 503};

void require(bool holds) {
    if (!holds) std::abort();
}

bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char each) { return each >= ' ' && each <= '~'; });
}

void check_failure(const oidc_failure& why, const raw_answer& of) {
    require(why.status == of.status && why.detail.empty());
    require(is_visible(why.sentence()) && why.sentence().size() < 100);
    require(why.why != oidc_fault::grant_refused || (of.status >= 400 && of.status < 500));
}

void check_tokens(const raw_answer& of) {
    const auto read = read_token_answer(of);
    if (!read) return check_failure(read.error(), of);
    for (const auto* each : {&read->access, &read->refresh, &read->id})
        require(each->reveal().size() <= issued_token_bytes_max && is_visible(each->reveal()));
    require(!read->access.empty());
    require(read->life.count() >= 0 && read->life <= token_life_max);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const raw_answer of{statuses[data[0] % std::size(statuses)], text.substr(1), text.substr(1)};
    check_tokens(of);
    if (const auto read = read_introspection(of); !read) check_failure(read.error(), of);
    if (const auto read = read_pushed_answer(of); !read) check_failure(read.error(), of);
    if (const auto read = read_revocation(of); !read) check_failure(read.error(), of);
    return 0;
}
