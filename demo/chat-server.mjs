/** Chat server: a route, a topic for each room, and one for the server's numbers.
 *  Every request is answered; a wrong one by what is wrong with it. */

import { WebSockets } from "onesocket/server";
import { parseRequest, RequestError, ROOMS } from "./chat-requests.mjs";
import { ChatRoom } from "./chat-room.mjs";
import { StatsFeed } from "./stats-feed.mjs";

const CHAT_PATH = "/chat";
const MAX_MESSAGE_BYTES = 8 * 1024;
const MESSAGES_PER_SECOND = 20;
const MAX_CONNECTIONS = 200;

/** One client, and the room where he is. */
class Visit {
  #connection;
  #rooms;
  #room = null;

  constructor(connection, rooms) {
    this.#connection = connection;
    this.#rooms = rooms;
  }

  /** Answers one message. Rejects once the client has gone. */
  async answer(message) {
    try {
      const request = parseRequest(message);
      if (request.type === "join") await this.#join(request);
      else this.#say(request);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      await this.#connection.send({ type: "refused", reason: error.message });
    }
  }

  /** Leaves the room that he is in, if any. */
  leave() {
    this.#room?.leave(this.#connection);
    this.#room = null;
  }

  async #join({ name, room }) {
    this.leave();
    this.#room = this.#rooms.get(room);
    await this.#room.enter(this.#connection, name);
  }

  #say({ text }) {
    if (!this.#room) throw new RequestError("you are in no room yet, join one first");
    this.#room.say(this.#connection, text);
  }
}

/**
 * Makes the chat, at `/chat` of whatever server it is attached to.
 *
 * @returns {WebSockets}
 */
export function createChat() {
  const sockets = new WebSockets({
    readLimit: MAX_MESSAGE_BYTES,
    messagesPerSecond: MESSAGES_PER_SECOND,
    maxConnections: MAX_CONNECTIONS,
  });
  const rooms = new Map(
    ROOMS.map((name) => [name, new ChatRoom(name, sockets.to(`room:${name}`))]),
  );
  const feed = new StatsFeed(sockets);
  return sockets.route(CHAT_PATH, async (connection) => {
    const visit = new Visit(connection, rooms);
    try {
      await feed.add(connection);
      for await (const message of connection) await visit.answer(message);
    } finally {
      visit.leave();
    }
  });
}
