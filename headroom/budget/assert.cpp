// What a broken assertion does in every build: say where, and end the program.
#include <boost/assert.hpp>
#include <cstdio>
#include <cstdlib>

namespace boost {

void assertion_failed(const char* expression, const char* function, const char* file, long line) {
    assertion_failed_msg(expression, "", function, file, line);
}

void assertion_failed_msg(const char* expression, const char* message, const char* function,
                          const char* file, long line) {
    std::fprintf(stderr, "%s:%ld: assertion failed in %s: %s %s\n", file, line, function,
                 expression, message);
    std::abort();
}

}  // namespace boost
