/** The bench's neutral server: echo, sink and flood, one thread, so cheap that the client is what
 *  is measured. It prints its port, and lives as long as its standard input. */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "frames.h"
#include "handshake.h"

enum {
  READ_BYTES = 256 * 1024,
  SLAB_BYTES = 256 * 1024,
  REQUEST_BYTES = 4096,
  ORDER_BYTES = 128,
  BACKLOG = 4096,
  EVENTS = 256,
};

enum mode { ECHO, SINK, FLOOD };

/** Frames made once for a flood, whole ones, as many as fill a slab. */
struct slab {
  uint8_t *bytes;
  size_t size;
  size_t frame_bytes;
};

struct client {
  int fd;
  enum mode mode;
  int is_open;    /* the handshake is done */
  int is_closing; /* its close frame has come */
  struct frame_reader reader;
  char *request; /* until the handshake is done */
  size_t request_bytes;
  char order[ORDER_BYTES + 1];
  size_t order_bytes;
  uint64_t awaited; /* sink: messages to come; 0 awaits an order */
  struct slab slab; /* flood */
  uint64_t flood_sent, flood_total;
  uint8_t *unsent; /* what the kernel did not take */
  size_t unsent_from, unsent_to;
};

static int poller;
static uint8_t input[READ_BYTES];
static uint8_t output[READ_BYTES + 2 * MAX_HEADER_BYTES];
static size_t output_bytes;

static void watch(struct client *client, uint32_t events, int how) {
  struct epoll_event event = {.events = events, .data.ptr = client};
  epoll_ctl(poller, how, client->fd, &event);
}

static void drop(struct client *client) {
  close(client->fd);
  free(client->request);
  free(client->unsent);
  free(client->slab.bytes);
  free(client);
}

/** Writes; gives how many bytes the kernel took, or -1 when the connection is gone. */
static ssize_t put(struct client *client, const uint8_t *bytes, size_t count) {
  ssize_t taken = send(client->fd, bytes, count, MSG_NOSIGNAL);
  if (taken >= 0) return taken;
  return errno == EAGAIN || errno == EINTR ? 0 : -1;
}

/** Sends the output; what the kernel does not take waits, and nothing is read meanwhile. */
static int send_output(struct client *client) {
  size_t count = output_bytes;
  output_bytes = 0;
  if (count == 0) return 0;
  ssize_t taken = put(client, output, count);
  if (taken < 0) return -1;
  if ((size_t)taken == count) return 0;
  client->unsent_to = count - (size_t)taken;
  client->unsent_from = 0;
  client->unsent = malloc(client->unsent_to);
  memcpy(client->unsent, output + taken, client->unsent_to);
  watch(client, EPOLLOUT, EPOLL_CTL_MOD);
  return 0;
}

/** Sends what waits; gives 1 once nothing does, 0 before, -1 when the connection is gone. */
static int send_unsent(struct client *client) {
  if (client->unsent == NULL) return 1;
  ssize_t taken = put(client, client->unsent + client->unsent_from,
                      client->unsent_to - client->unsent_from);
  if (taken < 0) return -1;
  client->unsent_from += (size_t)taken;
  if (client->unsent_from < client->unsent_to) return 0;
  free(client->unsent);
  client->unsent = NULL;
  return 1;
}

/** Makes the frames of a flood of equal messages. */
static void fill_slab(struct slab *slab, uint64_t bytes, int is_binary) {
  uint8_t header[MAX_HEADER_BYTES];
  size_t header_bytes = write_header(header, FIN_BIT | (is_binary ? 2 : 1), bytes);
  slab->frame_bytes = header_bytes + bytes;
  size_t frames = SLAB_BYTES / slab->frame_bytes + 1;
  slab->size = frames * slab->frame_bytes;
  free(slab->bytes);
  slab->bytes = malloc(slab->size);
  memset(slab->bytes, 'x', slab->size);
  for (size_t at = 0; at < slab->size; at += slab->frame_bytes) {
    memcpy(slab->bytes + at, header, header_bytes);
  }
}

/** Sends as much of the flood as the kernel takes; gives as `send_unsent` does. */
static int send_flood(struct client *client) {
  struct slab *slab = &client->slab;
  while (client->flood_sent < client->flood_total) {
    size_t from = client->flood_sent % slab->size;
    uint64_t left = client->flood_total - client->flood_sent;
    size_t count = slab->size - from < left ? slab->size - from : left;
    ssize_t taken = put(client, slab->bytes + from, count);
    if (taken < 0) return -1;
    client->flood_sent += (uint64_t)taken;
    if ((size_t)taken < count) return 0;
  }
  return 1;
}

/**
 * Does what an order says: `{"count":1,"bytes":2,"binary":true}`, of which a sink needs the first.
 */
static void obey(struct client *client) {
  unsigned long long count = 0, bytes = 0;
  char binary[6] = "";
  client->order[client->order_bytes] = 0;
  sscanf(client->order, "{\"count\":%llu,\"bytes\":%llu,\"binary\":%5[a-z]", &count, &bytes,
         binary);
  client->order_bytes = 0;
  if (client->mode == SINK) {
    client->awaited = count;
    return;
  }
  fill_slab(&client->slab, bytes, strcmp(binary, "true") == 0);
  client->flood_sent = 0;
  client->flood_total = count * client->slab.frame_bytes;
}

/** Notes that a data frame has ended, which is no echo. */
static void end_frame(struct client *client) {
  if (!(client->reader.header[0] & FIN_BIT)) return;
  if (client->awaited == 0) {
    obey(client);
    return;
  }
  client->awaited -= 1;
  if (client->awaited > 0) return;
  output_bytes += write_header(output + output_bytes, FIN_BIT | OP_TEXT, 4);
  memcpy(output + output_bytes, "done", 4);
  output_bytes += 4;
}

static int answers(const struct client *client) {
  uint8_t opcode = client->reader.header[0] & 15;
  if (opcode >= OP_CLOSE) return opcode != OP_PONG;
  return client->mode == ECHO;
}

static void begin_answer(struct client *client) {
  uint8_t first = client->reader.header[0];
  if ((first & 15) == OP_PING) first += OP_PONG - OP_PING;
  output_bytes += write_header(output + output_bytes, first, client->reader.left);
}

/** Takes a piece of a frame's payload. */
static void take_payload(struct client *client, const uint8_t *from, size_t count) {
  struct frame_reader *reader = &client->reader;
  if (answers(client)) {
    unmask(reader, output + output_bytes, from, count);
    output_bytes += count;
  } else if (client->awaited == 0 && client->order_bytes + count <= ORDER_BYTES) {
    unmask(reader, (uint8_t *)client->order + client->order_bytes, from, count);
    client->order_bytes += count;
  }
  reader->left -= count;
}

/** Takes all frames that came in one read, and those that have only begun. */
static void take_frames(struct client *client, const uint8_t *from, size_t count) {
  struct frame_reader *reader = &client->reader;
  size_t at = 0;
  while (at < count && !client->is_closing) {
    if (reader->left == 0) {
      int is_whole;
      at += read_header(reader, from + at, count - at, &is_whole);
      if (!is_whole) return;
      if (answers(client)) begin_answer(client);
    }
    size_t piece = count - at < reader->left ? count - at : reader->left;
    take_payload(client, from + at, piece);
    at += piece;
    if (reader->left > 0) return;
    reader->have = 0;
    uint8_t opcode = reader->header[0] & 15;
    if (opcode == OP_CLOSE) client->is_closing = 1;
    if (opcode < OP_CLOSE && client->mode != ECHO) end_frame(client);
  }
}

/** Answers the request once it is there; its path says what the client wants. */
static int shake_hands(struct client *client, size_t count) {
  if (client->request_bytes + count > REQUEST_BYTES) return -1;
  memcpy(client->request + client->request_bytes, input, count);
  client->request_bytes += count;
  client->request[client->request_bytes] = 0;
  if (strstr(client->request, "\r\n\r\n") == NULL) return 0;
  const char *extra = "";
  // A stream of messages that comes back as it went is compressed as rightly as it was: no zlib.
  if (strncmp(client->request, "GET /deflate ", 13) == 0) {
    extra = "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  } else if (strncmp(client->request, "GET /deflate-alone ", 19) == 0) {
    extra = "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
            "client_no_context_takeover\r\n";
  } else if (strncmp(client->request, "GET /sink ", 10) == 0) {
    client->mode = SINK;
  } else if (strncmp(client->request, "GET /flood ", 11) == 0) {
    client->mode = FLOOD;
  }
  output_bytes = write_answer((char *)output, sizeof output, client->request, extra);
  free(client->request);
  client->request = NULL;
  client->is_open = 1;
  return output_bytes == 0 ? -1 : 0;
}

static int handle_readable(struct client *client) {
  ssize_t count = recv(client->fd, input, sizeof input, 0);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count <= 0) return -1;
  if (!client->is_open) {
    if (shake_hands(client, (size_t)count) < 0) return -1;
  } else {
    take_frames(client, input, (size_t)count);
  }
  if (send_output(client) < 0) return -1;
  if (client->unsent != NULL) return 0;
  if (client->is_closing) return shutdown(client->fd, SHUT_WR);
  if (client->flood_sent == client->flood_total) return 0;
  int flooded = send_flood(client);
  if (flooded == 0) watch(client, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
  return flooded < 0 ? -1 : 0;
}

static int handle_writable(struct client *client) {
  int sent = send_unsent(client);
  if (sent <= 0) return sent;
  int flooded = send_flood(client);
  if (flooded <= 0) return flooded;
  watch(client, EPOLLIN, EPOLL_CTL_MOD);
  return client->is_closing ? shutdown(client->fd, SHUT_WR) : 0;
}

static void accept_all(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    struct client *client = calloc(1, sizeof *client);
    client->fd = fd;
    client->request = malloc(REQUEST_BYTES + 1);
    watch(client, EPOLLIN, EPOLL_CTL_ADD);
  }
}

static int start_listening(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET,
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (bind(listener, (struct sockaddr *)&address, size) < 0 || listen(listener, BACKLOG) < 0) {
    perror("server");
    exit(1);
  }
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static void handle(struct client *client, uint32_t events) {
  int result = 0;
  if (events & EPOLLOUT) result = handle_writable(client);
  else if (events & EPOLLIN) result = handle_readable(client);
  else result = -1;
  if (result < 0) drop(client);
}

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  poller = epoll_create1(EPOLL_CLOEXEC);
  static int listener_mark, input_mark;
  int listener = start_listening();
  struct epoll_event accepting = {.events = EPOLLIN, .data.ptr = &listener_mark};
  epoll_ctl(poller, EPOLL_CTL_ADD, listener, &accepting);
  struct epoll_event living = {.events = EPOLLIN, .data.ptr = &input_mark};
  epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &living);
  struct epoll_event events[EVENTS];
  for (;;) {
    int count = epoll_wait(poller, events, EVENTS, -1);
    for (int at = 0; at < count; at += 1) {
      if (events[at].data.ptr == &input_mark) return 0;
      if (events[at].data.ptr == &listener_mark) accept_all(listener);
      else handle(events[at].data.ptr, events[at].events);
    }
  }
}
