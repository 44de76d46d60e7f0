/** Handshake: the answer to a client's opening request (RFC 6455, section 4.2.2). */
#ifndef BENCH_HANDSHAKE_H
#define BENCH_HANDSHAKE_H

#include <stddef.h>

/** Writes the answer to `request`, a head ended by a zero byte, with `extra` header fields, each
 *  with its line end; gives its length, or 0 where the request has no key. */
size_t write_answer(char *to, size_t room, const char *request, const char *extra);

#endif
