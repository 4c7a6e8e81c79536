// http/typed/schemas.hpp: JSON Schemas of types, those of structs kept once under their names.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <typeindex>
#include <typeinfo>

#include "headroom/http/typed/answer_field.hpp"

namespace headroom::http::typed {

template <class T>
struct value;

/// A type's name without namespaces: "tenant_row", "page_tenant_row" of page<tenant_row>.
std::string plain_name(const std::type_info& of);

/// How a described struct is called among the components. Specialise for another name.
template <class T>
struct schema_name {
    static std::string get() { return plain_name(typeid(T)); }
};

/// The components of one OpenAPI document. Used while it is made, by one thread.
class schemas {
public:
    /// In place, or a reference to a component.
    template <class T>
    boost::json::object of() {
        return value<T>::schema(*this);
    }
    /// A reference to the component of `type`, made when it is first named: it may name itself.
    /// Asserts that no other type has that name.
    boost::json::object component(std::type_index type, const std::string& name,
                                  const std::function<boost::json::object()>& make);
    /// By name.
    boost::json::object all() const;

    /// A reference to the component of an answer's field, made when it is first named.
    boost::json::object field(const answer_field& of);
    const boost::json::object& fields() const noexcept { return fields_; }  ///< by name

private:
    struct entry {
        std::type_index type;
        boost::json::object schema;
    };
    std::map<std::string, entry> all_;
    boost::json::object fields_;
};

/// The same schema, but null too.
boost::json::object or_null(boost::json::object schema);

}  // namespace headroom::http::typed
