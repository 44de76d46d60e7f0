/** Frames: finds headers and payloads in a stream, whatever the pieces that it comes in (RFC 6455,
 *  section 5.2). It holds no payload: what came is handed on, and how much is to come is
 *  counted. */
#ifndef BENCH_FRAMES_H
#define BENCH_FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { OP_TEXT = 1, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };
enum { MAX_HEADER_BYTES = 14, FIN_BIT = 0x80, MASK_BIT = 0x80, LENGTH_BITS = 0x7f };

struct frame_reader {
  uint64_t left; /* bytes of payload that are to come */
  uint8_t header[MAX_HEADER_BYTES];
  uint8_t have;  /* bytes of the header that are there */
  uint8_t phase; /* bytes of payload that went before, modulo 4 */
};

/** How long a header is that starts with these two bytes. */
static inline size_t header_size(uint8_t second) {
  size_t size = (second & MASK_BIT) ? 6 : 2;
  uint8_t length = second & LENGTH_BITS;
  if (length == 126) size += 2;
  if (length == 127) size += 8;
  return size;
}

static inline uint64_t payload_size(const uint8_t *header) {
  uint8_t length = header[1] & LENGTH_BITS;
  if (length < 126) return length;
  size_t bytes = length == 126 ? 2 : 8;
  uint64_t size = 0;
  for (size_t at = 0; at < bytes; at += 1) size = (size << 8) | header[2 + at];
  return size;
}

/** Takes what it can of a header; gives how many bytes, and sets `left` once it is whole. */
static inline size_t read_header(struct frame_reader *reader, const uint8_t *from, size_t count,
                                 int *is_whole) {
  size_t taken = 0;
  while (taken < count) {
    reader->header[reader->have++] = from[taken++];
    if (reader->have < 2 || reader->have < header_size(reader->header[1])) continue;
    reader->left = payload_size(reader->header);
    reader->phase = 0;
    *is_whole = 1;
    return taken;
  }
  *is_whole = 0;
  return taken;
}

/** Writes the header of a server's frame; gives its length. */
static inline size_t write_header(uint8_t *to, uint8_t first, uint64_t length) {
  to[0] = first;
  if (length < 126) {
    to[1] = (uint8_t)length;
    return 2;
  }
  size_t bytes = length < 65536 ? 2 : 8;
  to[1] = bytes == 2 ? 126 : 127;
  for (size_t at = 0; at < bytes; at += 1) to[2 + at] = (uint8_t)(length >> (8 * (bytes - 1 - at)));
  return 2 + bytes;
}

/** Copies a piece of payload without its mask, eight bytes at a time. */
static inline void unmask(struct frame_reader *reader, uint8_t *to, const uint8_t *from,
                          size_t count) {
  const uint8_t *mask = reader->header + header_size(reader->header[1]) - 4;
  uint8_t turned[8];
  for (size_t at = 0; at < 8; at += 1) turned[at] = mask[(at + reader->phase) & 3];
  uint64_t word, key;
  memcpy(&key, turned, 8);
  size_t at = 0;
  for (; at + 8 <= count; at += 8) {
    memcpy(&word, from + at, 8);
    word ^= key;
    memcpy(to + at, &word, 8);
  }
  for (; at < count; at += 1) to[at] = from[at] ^ turned[at & 7];
  reader->phase = (reader->phase + count) & 3;
}

#endif
