#include "tests/fleet/resident.hpp"

#include <signal.h>

#include <sstream>

#include "headroom/budget/exit_code.hpp"

namespace headroom::fleet {
namespace {

constexpr const char *lost = "proof of life is gone", *back = "proof of life is back";

std::string last_line_of(const std::string& text) {
    const auto end = text.find_last_not_of('\n');
    const auto begin = text.rfind('\n', end);
    return text.substr(begin == std::string::npos ? 0 : begin + 1);
}

}  // namespace

void resident::kill() {
    killed_ = true;
    program_->signal(SIGKILL);
}

void resident::leave() {
    leaving_ = true;
    program_->signal(SIGTERM);
    go_on();
}

void resident::stop(std::chrono::milliseconds lasts) {
    program_->signal(SIGSTOP);
    resumes_at_ = wall::now() + lasts;
}

void resident::go_on() {
    program_->signal(SIGCONT);
    resumes_at_.reset();
}

bool resident::joined() {
    if (!joined_)
        joined_ = kind_ == resident_kind::member ? program_->output().starts_with("joined ")
                                                 : program_->errors().contains("joined the fleet");
    return joined_;
}

bool resident::joining() {
    if (!running()) return false;
    if (!joined() || wall::now() < settled_at_) return true;
    return settled_at_ != wall::time_point{} && fenced();
}

bool resident::fenced() const {
    if (kind_ == resident_kind::member)
        return last_line_of(program_->output()).starts_with("fenced");
    const auto log = program_->errors();
    const auto gone = log.rfind(lost), restored = log.rfind(back);
    return gone != std::string::npos && (restored == std::string::npos || restored < gone);
}

std::string resident::number() const {
    std::istringstream said(program_->output());
    std::string word, units, number;
    said >> word >> units >> number;
    return number;
}

unsigned resident::has() const {
    std::istringstream said(last_line_of(program_->output()));
    std::string word;
    unsigned units = 0;
    said >> word >> units;
    return units;
}

std::optional<testing::exit_status> resident::ended(std::chrono::milliseconds within) {
    return program_->wait(within);
}

bool resident::ended_well(testing::exit_status how, bool killed) {
    if (killed) return how.signal == SIGKILL || how.signal == 0;
    return how.signal == 0 &&
           (how.code == budget::exit_code::ok || how.code == budget::exit_code::unavailable);
}

}  // namespace headroom::fleet
