#include "headroom/http/certificates.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "headroom/http/detail/tls_context.hpp"
#include "headroom/runtime/secret.hpp"

namespace headroom::http {
namespace {

constexpr mode_t others_or_writers = S_IRWXO | S_IWGRP | S_IXGRP;

class descriptor {
public:
    // Without O_NONBLOCK a FIFO would hold the thread for ever, and with it the process's end.
    explicit descriptor(const std::string& path)
        : of_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
    ~descriptor() {
        if (of_ >= 0) ::close(of_);
    }
    descriptor(const descriptor&) = delete;
    operator int() const noexcept { return of_; }

private:
    const int of_;
};

[[noreturn]] void complain(const std::string& path, std::string_view what) {
    throw certificate_fault(fmt::format("{}: {}", path, what));
}

// The mode is that of the very file that is read, not of what stands at its path later.
std::string read_file(const std::string& path, bool is_key = false) {
    const descriptor file(path);
    struct stat found {};
    if (file < 0 || ::fstat(file, &found) != 0) complain(path, std::strerror(errno));
    if (!S_ISREG(found.st_mode)) complain(path, "is no file");
    if (is_key && (found.st_mode & others_or_writers) != 0)
        complain(path, "others may read or change it; a key's mode is 0600 or 0640");
    std::string text(certificate_bytes_max + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got = ::read(file, text.data() + size, text.size() - size);
        if (got < 0) complain(path, std::strerror(errno));
        if (got == 0) break;
        size += static_cast<std::size_t>(got);
    }
    if (size > certificate_bytes_max) complain(path, "is longer than 1 MiB");
    text.resize(size);
    return text;
}

}  // namespace

struct certificates::files {
    std::string certificate, client_ca;
    secret key;

    // Of all three, each with its length before it, so that none can pass for another.
    std::string digest() const {
        std::string all;
        for (const auto* each : {&certificate, &client_ca, &key.reveal()})
            all += fmt::format("{}:", each->size()) + *each;
        std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
        unsigned size = 0;
        EVP_Digest(all.data(), all.size(), out.data(), &size, EVP_sha256(), nullptr);
        wipe(all);
        return {reinterpret_cast<const char*>(out.data()), size};
    }
};

struct certificates::shown {
    std::shared_ptr<ssl_ctx_st> context;
    std::chrono::sys_seconds ends;
};

certificates::files certificates::read(const tls_settings& from) {
    return {.certificate = read_file(from.certificate),
            .client_ca = from.client_ca.empty() ? "" : read_file(from.client_ca),
            .key = secret(read_file(from.key, true))};
}

certificates::shown certificates::make(const files& of, const tls_settings& from) {
    auto context = detail::make_tls_context(from.clients);
    shown out{context, {}};
    out.ends = detail::use_certificate(*context, of.certificate, from.certificate);
    detail::use_key(*context, of.key, from.key);
    if (from.clients != client_proof::none)
        detail::trust_clients_of(*context, of.client_ca, from.client_ca);
    return out;
}

certificates::certificates(tls_settings of) : from_(std::move(of)) {
    const auto found = read(from_);
    shown_ = std::make_unique<shown>(make(found, from_));
    seen_ = found.digest();
}

certificates::~certificates() = default;

std::shared_ptr<ssl_ctx_st> certificates::current() const {
    std::scoped_lock lock(mutex_);
    return shown_->context;
}

std::chrono::sys_seconds certificates::ends() const {
    std::scoped_lock lock(mutex_);
    return shown_->ends;
}

bool certificates::reload() {
    const auto found = read(from_);
    auto digest = found.digest();
    {
        std::scoped_lock lock(mutex_);
        if (digest == seen_) return false;
        seen_ = std::move(digest);
    }
    auto made = std::make_unique<shown>(make(found, from_));
    std::scoped_lock lock(mutex_);
    shown_ = std::move(made);
    return true;
}

}  // namespace headroom::http
