/** The page: a pane for messages that come as events, one for messages that are awaited, and a chat. */

import { startChatPane } from "./chat-pane.js";
import { startEventsPane } from "./events-pane.js";
import { startFloodPane } from "./flood-pane.js";
import { startPullPane } from "./pull-pane.js";
import { startTabs } from "./tabs.js";

/** The address of a service of the server that this page is from. */
function serviceUrl(path) {
  return new URL(path, location.href.replace(/^http/, "ws")).href;
}

startTabs(document.getElementById("tabs"));
startEventsPane(serviceUrl("/echo"));
startPullPane(serviceUrl("/echo"));
startFloodPane(serviceUrl("/flood"));
startChatPane(serviceUrl("/chat"));
