/** Events pane: joins its buttons and fields to a session, and what the session reports to the log,
 *  the badge and the sparkline. */

import { onPress, onSubmit, showBadge, switchButton } from "./controls.js";
import { EchoSession } from "./echo-session.js";
import { EventLog } from "./event-log.js";
import { formatBytes } from "./format.js";
import { parseHex } from "./hex.js";
import { Sparkline } from "./sparkline.js";

const MEASURED_ROUND_TRIPS = 100;
const GREETING = "Grüße from the page, žluťoučký kůň";
const PLACES = ["Reykjavík", "Zürich", "Nairobi", "Lima", "Kyōto"];

const byId = (id) => document.getElementById(id);

const log = new EventLog(byId("log"), byId("log-rows"), byId("log-empty"));
const sparkline = new Sparkline(byId("latency"));
const session = new EchoSession({
  entry: (entry) => log.add(entry),
  change: showState,
  roundTrip: (roundTripMs) => sparkline.add(roundTripMs),
});

/** Shows the state, and which buttons it leaves on; looks again while something is buffered. */
function showState() {
  const { state, bufferedAmount } = session;
  showBadge(byId("state"), state);
  byId("buffered").textContent = formatBytes(bufferedAmount);
  switchButton(byId("connect"), state === "CLOSED");
  switchButton(byId("disconnect"), state === "OPEN" || state === "CONNECTING");
  for (const button of document.querySelectorAll("[data-needs-open]")) {
    switchButton(button, state === "OPEN");
  }
  if (bufferedAmount > 0 && state !== "CLOSED") requestAnimationFrame(showState);
}

let documents = 0;

function sendJson() {
  documents += 1;
  session.sendJson({ hello: "server", from: "page", count: documents });
}

function sendRecord() {
  const place = PLACES[Math.floor(Math.random() * PLACES.length)];
  session.sendRecord(Math.round(Math.random() * 4_000) / 100 - 5, place);
}

/** @param {string} echoUrl what the URL field starts with */
export function startEventsPane(echoUrl) {
  byId("url").value = echoUrl;
  onSubmit(byId("connection"), (url) => session.connect(url));
  onPress(byId("disconnect"), () => session.disconnect());
  onPress(byId("send-text"), () => session.sendText(GREETING));
  onPress(byId("send-json"), sendJson);
  onPress(byId("send-binary"), sendRecord);
  onPress(byId("measure"), () => session.measure(MEASURED_ROUND_TRIPS));
  onPress(byId("clear"), () => log.clear());
  onSubmit(byId("text-form"), (text) => session.sendText(text));
  onSubmit(byId("hex-form"), (text) => session.sendBytes(parseHex(text)));
  showState();
}
