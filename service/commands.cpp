#include "service/commands.hpp"

#include <boost/json.hpp>
#include <ostream>

#include "headroom/budget/exit_code.hpp"
#include "headroom/budget/report.hpp"
#include "service/budget_document.hpp"

namespace headroom::service {
namespace json = boost::json;
namespace exit_code = budget::exit_code;

int print_plan(const settings& with, duty of, output as, std::ostream& out, std::ostream& err) {
    const auto refuse = [&err](const setting_fault& why) {
        err << "headroom-service: " << why.message() << "\n";
        return exit_code::refused;
    };
    if (as == output::markdown && uses_postgres(of)) {
        const auto document = budget_document(with, of);
        if (!document) return refuse(document.error());
        out << *document;
        return exit_code::ok;
    }
    budget::book book;
    if (const auto declared = declare(book, with, of, read_process_limits()); !declared)
        return refuse(declared.error());
    auto report = budget::make_report(book.planned());
    report.title = "Resource budget of headroom-service " + std::string(to_string(of));
    switch (as) {
        case output::table: out << budget::as_table(report); break;
        case output::markdown: out << budget::as_markdown(report); break;
        case output::json: out << budget::as_json(report) << "\n"; break;
    }
    return exit_code::ok;
}

int print_settings(const settings& with, output as, std::ostream& out) {
    if (as == output::markdown) out << to_markdown(with.reference);
    if (as == output::table) out << to_table(with.reference);
    if (as != output::json) return exit_code::ok;
    json::array list;
    for (const auto& each : with.reference)
        list.push_back(json::object{{"variable", each.variable},
                                    {"type", each.type},
                                    {"default", each.fallback},
                                    {"bound", each.bound},
                                    {"value", each.effective},
                                    {"origin", each.origin},
                                    {"doc", each.doc}});
    out << json::serialize(list) << "\n";
    return exit_code::ok;
}

}  // namespace headroom::service
