/** Chat pane: joins its fields and buttons to a session, and what the server tells to the log, the list of people
 *  and the plot. */

import { ChatLog } from "./chat-log.js";
import { PeopleList } from "./chat-people.js";
import { forgetPresence, recallName, recallRoom, rememberPlace, wasPresent } from "./chat-place.js";
import { ChatSession } from "./chat-session.js";
import { onPress, onSubmit, showBadge, switchButton } from "./controls.js";
import { StatsPlot } from "./stats-plot.js";

const byId = (id) => document.getElementById(id);

/** The pane, of which there is one. */
class ChatPane {
  #url;
  #log = new ChatLog(byId("chat-log"), byId("chat-rows"), byId("chat-empty"));
  #people = new PeopleList(byId("chat-people"), byId("chat-nobody"), byId("chat-count"));
  #plot = new StatsPlot(byId("stats"));
  #session = new ChatSession({
    message: (message) => this.#take(message),
    change: () => this.#showState(),
    end: (why) => this.#end(why),
  });
  #name = recallName();
  /** The id and the room that the server has given; null as long as it has not. */
  #id = null;
  #room = null;
  /** Whether the visitor has just asked to come in: then he goes on to write. */
  #isEntering = false;

  constructor(url) {
    this.#url = url;
    byId("chat-name").value = this.#name;
    this.#checkRoom(recallRoom());
    onSubmit(byId("chat-join-form"), (text) => this.#enter(text));
    onSubmit(byId("chat-say-form"), (text) => this.#say(text));
    onPress(byId("chat-leave"), () => this.#leave());
    byId("chat-rooms").addEventListener("change", () => this.#move());
    this.#showState();
    if (this.#name && wasPresent()) this.#connect();
  }

  get #chosenRoom() {
    return document.querySelector('[name="room"]:checked').value;
  }

  /** Chooses the room of that name, where there is one. */
  #checkRoom(name) {
    const radios = [...document.querySelectorAll('[name="room"]')];
    const radio = radios.find(({ value }) => value === name);
    if (radio) radio.checked = true;
  }

  #enter(text) {
    if (text.trim() === "") throw new Error("Type the name that the others shall see.");
    this.#name = text.trim();
    this.#isEntering = true;
    this.#connect();
  }

  #connect() {
    this.#plot.clear();
    void this.#session.run(this.#url, { name: this.#name, room: this.#chosenRoom });
  }

  #move() {
    if (this.#session.state !== "OPEN") return;
    this.#session.join({ name: this.#name, room: this.#chosenRoom });
  }

  #say(text) {
    if (text.trim() === "") return;
    this.#session.say(text);
    byId("chat-text").value = "";
  }

  #leave() {
    forgetPresence();
    this.#session.leave();
  }

  #take(message) {
    if (message.type === "stats") this.#plot.add(message.samples);
    else if (message.type === "said") this.#log.say(message, message.person.id === this.#id);
    else if (message.type === "joined") this.#joined(message);
    else if (message.type === "refused") this.#refused(message.reason);
    else this.#moved(message);
  }

  /** The visitor is in a room. */
  #joined({ id, room, people, messages }) {
    this.#id = id;
    this.#room = room;
    this.#checkRoom(room);
    rememberPlace({ name: this.#name, room });
    this.#log.clear();
    // An id ends with its connection; of older messages only the name can tell whose they are.
    for (const message of messages) this.#log.say(message, message.person.name === this.#name);
    this.#log.note(`You are in the ${room}, as ${this.#name}.`);
    this.#people.show(people, this.#id);
    this.#showState();
    if (this.#isEntering) byId("chat-text").focus();
    this.#isEntering = false;
  }

  /** Somebody else has come or gone. */
  #moved({ type, person, people }) {
    this.#log.note(`${person.name} has ${type === "arrived" ? "come in" : "left"}.`);
    this.#people.show(people, this.#id);
  }

  #refused(reason) {
    this.#log.note(`The server refuses: ${reason}.`, "error");
    if (this.#room === null) this.#leave();
    else this.#checkRoom(this.#room);
  }

  #end(why) {
    this.#id = null;
    this.#room = null;
    this.#log.note(`The connection has ended: ${why}`, "end");
    this.#people.show([], null);
    this.#showState();
  }

  #showState() {
    const { state } = this.#session;
    const isIn = state === "OPEN" && this.#room !== null;
    showBadge(byId("chat-state"), state);
    switchButton(byId("chat-join"), state === "CLOSED");
    switchButton(byId("chat-leave"), state === "OPEN");
    switchButton(byId("chat-say"), isIn);
    byId("chat-name").readOnly = state !== "CLOSED";
    byId("chat-title").textContent = isIn ? `The ${this.#room}` : "Messages";
  }
}

/** @param {string} chatUrl where to connect to */
export function startChatPane(chatUrl) {
  return new ChatPane(chatUrl);
}
