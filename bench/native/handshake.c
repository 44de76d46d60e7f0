/** Handshake: SHA-1 (FIPS 180-4, section 6.1) and base64 for the accept key, and the answer. */
#define _GNU_SOURCE
#include "handshake.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define GUID "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
enum { DIGEST_BYTES = 20, BLOCK_BYTES = 64, KEY_CHARS = 24, ACCEPT_CHARS = 28 };

static uint32_t rotate(uint32_t word, int bits) { return (word << bits) | (word >> (32 - bits)); }

/** One of the four functions of a round, and its constant. */
static uint32_t mix(int round, uint32_t b, uint32_t c, uint32_t d) {
  if (round < 20) return ((b & c) | (~b & d)) + 0x5a827999;
  if (round < 40) return (b ^ c ^ d) + 0x6ed9eba1;
  if (round < 60) return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
  return (b ^ c ^ d) + 0xca62c1d6;
}

static void digest_block(uint32_t state[5], const uint8_t *block) {
  uint32_t words[80];
  for (int at = 0; at < 16; at += 1) {
    const uint8_t *bytes = block + 4 * at;
    words[at] = (uint32_t)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
  }
  for (int at = 16; at < 80; at += 1) {
    words[at] = rotate(words[at - 3] ^ words[at - 8] ^ words[at - 14] ^ words[at - 16], 1);
  }
  uint32_t s[5];
  memcpy(s, state, sizeof s);
  for (int round = 0; round < 80; round += 1) {
    uint32_t next = rotate(s[0], 5) + mix(round, s[1], s[2], s[3]) + s[4] + words[round];
    s[4] = s[3];
    s[3] = s[2];
    s[2] = rotate(s[1], 30);
    s[1] = s[0];
    s[0] = next;
  }
  for (int at = 0; at < 5; at += 1) state[at] += s[at];
}

/** The digest of a text shorter than two blocks. */
static void sha1(const char *text, size_t length, uint8_t digest[DIGEST_BYTES]) {
  uint32_t state[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
  uint8_t blocks[2 * BLOCK_BYTES] = {0};
  memcpy(blocks, text, length);
  blocks[length] = 0x80;
  size_t end = length + 9 > BLOCK_BYTES ? 2 * BLOCK_BYTES : BLOCK_BYTES;
  blocks[end - 2] = (uint8_t)(length * 8 >> 8);
  blocks[end - 1] = (uint8_t)(length * 8);
  for (size_t at = 0; at < end; at += BLOCK_BYTES) digest_block(state, blocks + at);
  for (int at = 0; at < DIGEST_BYTES; at += 1) {
    digest[at] = (uint8_t)(state[at / 4] >> (24 - 8 * (at % 4)));
  }
}

static void base64(const uint8_t digest[DIGEST_BYTES], char to[ACCEPT_CHARS + 1]) {
  static const char *letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  uint8_t padded[DIGEST_BYTES + 1] = {0};
  memcpy(padded, digest, DIGEST_BYTES);
  for (int group = 0; group < ACCEPT_CHARS / 4; group += 1) {
    const uint8_t *from = padded + 3 * group;
    uint32_t bits = (uint32_t)from[0] << 16 | from[1] << 8 | from[2];
    for (int at = 0; at < 4; at += 1) to[4 * group + at] = letters[bits >> (18 - 6 * at) & 63];
  }
  to[ACCEPT_CHARS - 1] = '=';
  to[ACCEPT_CHARS] = 0;
}

size_t write_answer(char *to, size_t room, const char *request, const char *extra) {
  const char *field = strcasestr(request, "\r\nsec-websocket-key:");
  if (field == NULL) return 0;
  char text[KEY_CHARS + sizeof GUID] = {0};
  if (sscanf(field + strlen("\r\nsec-websocket-key:"), " %24s", text) != 1) return 0;
  strcat(text, GUID);
  uint8_t digest[DIGEST_BYTES];
  sha1(text, strlen(text), digest);
  char accept[ACCEPT_CHARS + 1];
  base64(digest, accept);
  int length = snprintf(to, room,
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                        "Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n%s\r\n",
                        accept, extra);
  return length < 0 || (size_t)length >= room ? 0 : (size_t)length;
}
