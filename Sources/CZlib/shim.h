// The system's zlib, as a Swift module. deflateInit2 and inflateInit2 are macros, so they are wrapped.
#pragma once
#include <zlib.h>

static inline int czlib_deflate_init(z_stream *stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}

static inline int czlib_inflate_init(z_stream *stream, int window_bits) {
    return inflateInit2(stream, window_bits);
}
