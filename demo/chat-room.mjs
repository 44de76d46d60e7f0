/** Chat room: who is in it, and what was said last. Those in it are the members of one topic. */

const KEPT_MESSAGES = 50;

export class ChatRoom {
  #name;
  #topic;
  /** By id; in the order in which they came. */
  #people = new Map();
  /** The newest that were said. */
  #messages = [];

  /**
   * @param {string} name
   * @param {import("onesocket/server").Topic} topic
   */
  constructor(name, topic) {
    this.#name = name;
    this.#topic = topic;
  }

  /** Lets somebody in, tells him what he finds, and the others of him. Rejects once he has gone. */
  async enter(connection, name) {
    const person = { id: connection.id, name };
    this.#people.set(person.id, person);
    connection.join(this.#topic.name);
    this.#tell({ type: "arrived", person }, connection);
    await connection.send({
      type: "joined",
      room: this.#name,
      id: person.id,
      people: [...this.#people.values()],
      messages: this.#messages,
    });
  }

  /** Lets somebody out, and tells those who stay. */
  leave(connection) {
    const person = this.#people.get(connection.id);
    this.#people.delete(connection.id);
    connection.leave(this.#topic.name);
    this.#tell({ type: "left", person });
  }

  /** Tells everybody in the room, the speaker too: all see one order. */
  say(connection, text) {
    const person = this.#people.get(connection.id);
    const message = { type: "said", person, text, at: Date.now() };
    this.#messages.push(message);
    if (this.#messages.length > KEPT_MESSAGES) this.#messages.shift();
    this.#topic.send(message);
  }

  /** Everybody is told who is here now: nobody has to keep count. */
  #tell(event, except) {
    this.#topic.send({ ...event, people: [...this.#people.values()] }, { except });
  }
}
