/** Pull pane, the echo: joins its buttons and field to a session, and what it reports to the log and the badge. */

import { onPress, onSubmit, showBadge, switchButton } from "./controls.js";
import { EventLog } from "./event-log.js";
import { PullSession } from "./pull-session.js";

const byId = (id) => document.getElementById(id);

/** @param {string} echoUrl where to connect to */
export function startPullPane(echoUrl) {
  const log = new EventLog(byId("pull-log"), byId("pull-rows"), byId("pull-empty"));
  const showState = () => {
    const { state } = session;
    showBadge(byId("pull-state"), state);
    switchButton(byId("pull-connect"), state === "CLOSED");
    switchButton(byId("pull-disconnect"), state === "OPEN");
    switchButton(byId("pull-send"), state === "OPEN");
  };
  const session = new PullSession({ entry: (entry) => log.add(entry), change: showState });
  onPress(byId("pull-connect"), () => void session.run(echoUrl));
  onPress(byId("pull-disconnect"), () => session.disconnect());
  onSubmit(byId("pull-form"), (text) => void session.send(text));
  showState();
}
