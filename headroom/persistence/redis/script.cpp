#include "headroom/persistence/redis/script.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <new>
#include <vector>

namespace headroom::redis {
namespace {

std::string sha1_of(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha1(), nullptr) != 1)
        throw std::bad_alloc();
    std::string hex;
    for (unsigned i = 0; i < size; ++i) hex += fmt::format("{:02x}", bytes[i]);
    return hex;
}

// The text is put together only when it is asked for.
template <class Send>
task<value> by_name_else_text(Send send, command named, std::string_view text) {
    try {
        co_return co_await send(named);
    } catch (const server_error& why) {
        if (!why.is(code::no_script)) throw;
    }
    const auto whole = named.with_head("EVAL", text);
    co_return co_await send(whole);
}

}  // namespace

script::script(std::string text) : text_(std::move(text)), sha1_(sha1_of(text_)) {}

command script::by_name(std::span<const std::string_view> keys,
                        std::span<const std::string_view> arguments) const {
    command made("EVALSHA", sha1_, keys.size());
    for (const auto each : keys) made.add(each);
    for (const auto each : arguments) made.add(each);
    return made;
}

task<value> script::run(mux& on, std::span<const std::string_view> keys,
                        std::span<const std::string_view> arguments, deadline until,
                        sending how) const {
    return by_name_else_text(
        [&on, until, how](const command& what) { return on.run_held(what, until, how); },
        by_name(keys, arguments), text_);
}

task<value> script::run(connection& on, std::span<const std::string_view> keys,
                        std::span<const std::string_view> arguments, deadline until) const {
    return by_name_else_text([&on, until](const command& what) { return on.run_held(what, until); },
                             by_name(keys, arguments), text_);
}

}  // namespace headroom::redis
