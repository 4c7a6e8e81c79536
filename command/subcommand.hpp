// command/subcommand.hpp: what a subcommand is: options it declares, and an action that runs later.
//
// A subcommand knows nothing of the library that parses the command line (only main.cpp does), so a
// test hands it options of its own. To add one: declare a function that returns a `subcommand`, and
// name it in main.cpp.
#pragma once
#include <functional>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <vector>

#include "headroom/budget/exit_code.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::command {

namespace exit_code = budget::exit_code;

/// Where a subcommand reads and writes, and whom it asks for addresses.
struct streams {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    blocking_resolver& names;
};

/// Collects a subcommand's options. What is declared refers to variables that live until the action
/// has run; a variable keeps its value when its option is not given. Values come as text: the
/// subcommand reads them with its own bounds and throws usage_error.
class option_set {
public:
    virtual ~option_set() = default;
    virtual void positional(const std::string& name, std::string& into,
                            const std::string& help) = 0;
    virtual void text(const std::string& name, std::string& into, const std::string& help) = 0;
    virtual void texts(const std::string& name, std::vector<std::string>& into,
                       const std::string& help) = 0;
    virtual void flag(const std::string& name, bool& into, const std::string& help) = 0;
};

/// Thrown by an action: one line is printed, and the command ends with exit_code::usage.
class usage_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Runs the subcommand and returns an exit_code.
using action = std::move_only_function<int(streams)>;

struct subcommand {
    std::string name;      ///< "plan"
    std::string summary;   ///< one line
    std::string examples;  ///< printed below its help
    action (*declare)(option_set&);
};

}  // namespace headroom::command
