/** Chat place: under which name a visitor is in the chat, and where. The tab keeps the name, the address the room,
 *  so that a reload finds both again, and a link leads to a room. */

const NAME_KEY = "onesocket-chat-name";
const PRESENT_KEY = "onesocket-chat-present";
const ROOM_PARAMETER = "room";

/** The name that was used last in this tab, or "". */
export function recallName() {
  return sessionStorage.getItem(NAME_KEY) ?? "";
}

/** The room that the address names, or null. */
export function recallRoom() {
  return new URL(location.href).searchParams.get(ROOM_PARAMETER);
}

/** Whether the visitor was in the chat when the page was left. */
export function wasPresent() {
  return sessionStorage.getItem(PRESENT_KEY) !== null;
}

export function rememberPlace({ name, room }) {
  sessionStorage.setItem(NAME_KEY, name);
  sessionStorage.setItem(PRESENT_KEY, "");
  const url = new URL(location.href);
  url.searchParams.set(ROOM_PARAMETER, room);
  history.replaceState(null, "", url);
}

/** The visitor has left; his name stays for the next time. */
export function forgetPresence() {
  sessionStorage.removeItem(PRESENT_KEY);
}
