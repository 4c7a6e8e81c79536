#include "headroom/observability/redactor.hpp"

#include <algorithm>
#include <array>

#include "headroom/observability/detail/encodings.hpp"

namespace headroom::observability {
namespace {

constexpr std::array<std::string_view, 14> telling_parts{
    "password", "passwd",  "passphrase", "token",  "secret", "authorization", "api_key",
    "apikey",   "api-key", "credential", "cookie", "bearer", "private_key",   "privatekey"};
constexpr std::array<std::string_view, 5> telling_names{"pw", "pwd", "pass", "ssn", "credit_card"};
// Default passwords that are names of other things, too.
constexpr std::array<std::string_view, 5> everyday{"postgres", "password", "changeme", "secret",
                                                   "headroom"};
constexpr std::size_t telling_name_max = 128;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_name_character(char c) {
    return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == '.';
}

void replace_all(std::string& text, std::string_view what) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + mask.size()))
        text.replace(at, what.size(), mask);
}

std::size_t skip(std::string_view text, std::size_t at, std::string_view any_of) {
    return std::min(text.find_first_not_of(any_of, at), text.size());
}

// Past "Bearer " and its kind: what follows the scheme is the secret.
std::size_t skip_scheme(std::string_view text, std::size_t at) {
    for (const std::string_view scheme : {"bearer ", "basic ", "digest ", "apikey "}) {
        const auto word = text.substr(at, scheme.size());
        if (std::ranges::equal(word, scheme, {}, lower)) return skip(text, at + scheme.size(), " ");
    }
    return at;
}

// `name=value`, `name: value`, `"name": "value"`: masks the values of telling names.
void mask_assignments(std::string& text) {
    std::size_t at = text.find_first_of("=:");
    while (at != std::string::npos) {
        auto name_end = at;
        while (name_end > 0 && (text[name_end - 1] == ' ' || text[name_end - 1] == '"' ||
                                text[name_end - 1] == '\'' || text[name_end - 1] == '\\'))
            --name_end;
        auto name = name_end;
        while (name > 0 && is_name_character(text[name - 1])) --name;
        auto next = at + 1;
        if (is_telling(std::string_view(text).substr(name, name_end - name))) {
            const auto value = skip_scheme(text, skip(text, at + 1, " \"'\\"));
            const auto end = std::min(text.find_first_of(" \t\r\n\"'\\,;&)}]", value), text.size());
            if (end > value) text.replace(value, end - value, mask);
            next = value + (end > value ? mask.size() : 0);
        }
        at = next >= text.size() ? std::string::npos : text.find_first_of("=:", next);
    }
}

}  // namespace

bool is_telling(std::string_view name) {
    if (name.empty() || name.size() > telling_name_max) return false;
    std::string plain(name);
    std::ranges::transform(plain, plain.begin(), lower);
    if (std::ranges::find(telling_names, plain) != telling_names.end()) return true;
    return std::ranges::any_of(telling_parts, [&](auto part) { return plain.contains(part); });
}

void redactor::learn(const secret& hidden) {
    const auto& text = hidden.reveal();
    const bool common = std::ranges::find(everyday, text) != everyday.end();
    if (text.size() < known_secret_min || common) return;
    for (auto& form : detail::encoded_forms(text)) forget_nothing_of(std::move(form));
    std::ranges::sort(forms_, [](const secret& a, const secret& b) {
        return a.reveal().size() > b.reveal().size() ||
               (a.reveal().size() == b.reveal().size() && a.reveal() < b.reveal());
    });
}

void redactor::forget_nothing_of(std::string form) {
    const auto most = known_secrets_max * detail::forms_max;
    if (form.size() < known_secret_min || forms_.size() >= most) return wipe(form);
    forms_.emplace_back(std::move(form));
}

std::string redactor::clean(std::string_view text) const {
    auto shown = mask_url(text);
    for (const auto& each : forms_) replace_all(shown, each.reveal());
    mask_assignments(shown);
    return shown;
}

std::string redactor::clean(std::string_view name, std::string_view text) const {
    return is_telling(name) ? std::string(mask) : clean(text);
}

}  // namespace headroom::observability
