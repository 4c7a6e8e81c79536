// runtime/freed_by.hpp: a C library's object, owned by a unique_ptr.
//
//     std::unique_ptr<BIO, freed_by<BIO_free_all>> to(BIO_new(BIO_s_mem()));
#pragma once

namespace headroom {

/// A deleter that calls a function, and has no size.
template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* of) const noexcept {
        Free(of);
    }
};

}  // namespace headroom
