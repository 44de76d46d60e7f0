/** The bench's crowd: many clients of a server that is measured, one thread, as cheap as they can
 *  be. It obeys lines of its standard input, answers each by one line, and lives as long as that
 *  input. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frames.h"

enum {
  READ_BYTES = 256 * 1024,
  HEAD_BYTES = 4096,
  FRAME_BYTES = 2048,
  LANES = 64,
  EVENTS = 256,
  MAX_CLIENTS = 20000,
};

enum state { SHAKING, OPEN, CLOSING, GONE };

struct client {
  int fd;
  enum state state;
  struct frame_reader reader;
  uint64_t frames; /* whole messages since the last time they were asked for */
  char *head;      /* until the handshake is done */
  size_t head_bytes;
};

static int poller;
static struct client clients[MAX_CLIENTS];
static int count; /* of clients, since the last "close" */
static uint8_t input[READ_BYTES];

/** What is being waited for: how many have yet to do it, and with "open" who has yet to start. */
static enum { NOTHING, OPENING, EXPECTING, PUMPING, ENDING } task;
static int missing, unopened, port;
static const char *fields;
static uint64_t expected, unsent, awaited;
static uint8_t frame[FRAME_BYTES];
static size_t frame_bytes;

static void fail(const char *why) {
  fprintf(stderr, "crowd: %s: %s\n", why, errno ? strerror(errno) : "");
  exit(1);
}

static void answer(void) {
  task = NOTHING;
  puts("done");
  fflush(stdout);
}

static void put(struct client *client, const void *bytes, size_t size) {
  if (send(client->fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size) fail("could not send");
}

/** Dials one more, which on this machine is done at once, and asks for the upgrade. */
static void dial(void) {
  if (count == MAX_CLIENTS) fail("too many clients");
  struct client *client = &clients[count];
  count += 1;
  unopened -= 1;
  memset(client, 0, sizeof *client);
  client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (connect(client->fd, (struct sockaddr *)&address, sizeof address) < 0) fail("no connection");
  int on = 1;
  setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(client->fd, F_SETFL, O_NONBLOCK);
  char request[HEAD_BYTES];
  int size = snprintf(request, sizeof request,
                      "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\n"
                      "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                      "Sec-WebSocket-Version: 13\r\n%s\r\n",
                      port, fields);
  client->head = malloc(HEAD_BYTES + 1);
  put(client, request, (size_t)size);
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
  epoll_ctl(poller, EPOLL_CTL_ADD, client->fd, &event);
}

/** Counts a whole message, and sends the next one where that is asked for. */
static void end_message(struct client *client) {
  client->frames += 1;
  if (task == EXPECTING) {
    if (client->frames == expected) missing -= 1;
    return;
  }
  if (task != PUMPING) return;
  awaited -= 1;
  if (unsent == 0) return;
  unsent -= 1;
  put(client, frame, frame_bytes);
}

static void take_frames(struct client *client, const uint8_t *from, size_t size) {
  struct frame_reader *reader = &client->reader;
  size_t at = 0;
  while (at < size) {
    if (reader->left == 0) {
      int is_whole;
      at += read_header(reader, from + at, size - at, &is_whole);
      if (!is_whole) return;
    }
    size_t piece = size - at < reader->left ? size - at : reader->left;
    reader->left -= piece;
    at += piece;
    if (reader->left > 0) return;
    reader->have = 0;
    uint8_t first = reader->header[0];
    if ((first & 15) < OP_CLOSE && (first & FIN_BIT)) end_message(client);
  }
}

/** Takes the answer to the handshake; what stands behind it are frames. */
static void shake_hands(struct client *client, size_t size) {
  if (client->head_bytes + size > HEAD_BYTES) fail("an answer is too long");
  memcpy(client->head + client->head_bytes, input, size);
  client->head_bytes += size;
  client->head[client->head_bytes] = 0;
  char *end = strstr(client->head, "\r\n\r\n");
  if (end == NULL) return;
  if (strncmp(client->head, "HTTP/1.1 101 ", 13) != 0) fail("was refused");
  client->state = OPEN;
  size_t used = (size_t)(end + 4 - client->head);
  take_frames(client, (uint8_t *)client->head + used, client->head_bytes - used);
  free(client->head);
  client->head = NULL;
  missing -= 1;
  if (unopened > 0) dial();
}

/** A server that is stopped while nothing is asked for may cut its clients off. */
static void handle_end(struct client *client) {
  if (client->state != CLOSING && task != NOTHING) fail("was cut off");
  close(client->fd);
  client->state = GONE;
  missing -= 1;
}

static void handle(struct client *client) {
  ssize_t size = recv(client->fd, input, sizeof input, 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) handle_end(client);
  else if (client->state == SHAKING) shake_hands(client, (size_t)size);
  else take_frames(client, input, (size_t)size);
}

static void start_opening(int many) {
  task = OPENING;
  missing = unopened = many;
  for (int lane = 0; lane < LANES && unopened > 0; lane += 1) dial();
}

static void start_expecting(uint64_t frames) {
  task = EXPECTING;
  expected = frames;
  missing = 0;
  for (int at = 0; at < count; at += 1) missing += clients[at].frames < frames;
}

/** Lets each client send a message, and the next one when its echo is there, `messages` in all. */
static void start_pumping(uint64_t messages, size_t bytes) {
  if (bytes > FRAME_BYTES - MAX_HEADER_BYTES) fail("too large a message");
  task = PUMPING;
  size_t header_bytes = write_header(frame, FIN_BIT | OP_TEXT, bytes);
  frame[1] |= MASK_BIT;
  memset(frame + header_bytes, 0, 4);
  memset(frame + header_bytes + 4, 'x', bytes);
  frame_bytes = header_bytes + 4 + bytes;
  awaited = unsent = messages;
  for (int at = 0; at < count && unsent > 0; at += 1, unsent -= 1) {
    put(&clients[at], frame, frame_bytes);
  }
}

/** Closes by code 1000, masked with zeros. */
static void start_ending(void) {
  static const uint8_t close_frame[] = {0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8};
  task = ENDING;
  missing = count;
  for (int at = 0; at < count; at += 1) {
    clients[at].state = CLOSING;
    put(&clients[at], close_frame, sizeof close_frame);
  }
}

/** Answers once what was asked for is done. */
static void check(void) {
  if (task == NOTHING || missing > 0 || (task == PUMPING && awaited > 0)) return;
  if (task == EXPECTING || task == PUMPING) {
    for (int at = 0; at < count; at += 1) {
      if (task == EXPECTING && clients[at].frames != expected) fail("got too many messages");
      clients[at].frames = 0;
    }
  }
  if (task == ENDING) count = 0;
  answer();
}

static void obey(const char *line) {
  unsigned long long first, second;
  if (sscanf(line, "open %d %llu %llu", &port, &first, &second) == 3) {
    fields = second ? "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                      "client_no_context_takeover\r\n"
                    : "";
    start_opening((int)first);
  } else if (sscanf(line, "expect %llu", &first) == 1) {
    start_expecting(first);
  } else if (sscanf(line, "pump %llu %llu", &first, &second) == 2) {
    start_pumping(first, second);
  } else if (strncmp(line, "close", 5) == 0) {
    start_ending();
  } else {
    fail("does not know that order");
  }
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  poller = epoll_create1(EPOLL_CLOEXEC);
  static int input_mark;
  struct epoll_event ordering = {.events = EPOLLIN, .data.ptr = &input_mark};
  epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &ordering);
  puts("ready");
  fflush(stdout);
  struct epoll_event events[EVENTS];
  for (;;) {
    int many = epoll_wait(poller, events, EVENTS, -1);
    for (int at = 0; at < many; at += 1) {
      if (events[at].data.ptr != &input_mark) {
        handle(events[at].data.ptr);
        continue;
      }
      char line[128];
      ssize_t size = read(STDIN_FILENO, line, sizeof line - 1);
      if (size <= 0) return 0;
      line[size] = 0;
      errno = 0;
      obey(line);
    }
    check();
  }
}
