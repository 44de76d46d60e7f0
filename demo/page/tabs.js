/** Tabs: one pane of the page at a time, chosen by mouse, arrow keys or the address's fragment. */

const STEPS = { ArrowRight: 1, ArrowLeft: -1 };

/** The tab that a key leads to from `tab`, or undefined. */
function findTarget(tabs, tab, key) {
  if (key === "Home") return tabs[0];
  if (key === "End") return tabs.at(-1);
  if (key in STEPS) return tabs[(tabs.indexOf(tab) + STEPS[key] + tabs.length) % tabs.length];
  return undefined;
}

/**
 * Makes tabs of the buttons in `list`. Each names its pane by `aria-controls`, which is the fragment that opens it.
 *
 * @param {HTMLElement} list
 */
export function startTabs(list) {
  const tabs = [...list.querySelectorAll('[role="tab"]')];
  const open = (chosen) => {
    for (const tab of tabs) {
      const isChosen = tab === chosen;
      tab.ariaSelected = String(isChosen);
      // One stop for the Tab key; the arrows go on from there.
      tab.tabIndex = isChosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !isChosen;
    }
  };
  const openFragment = () => {
    const { hash } = location;
    open(tabs.find((tab) => `#${tab.getAttribute("aria-controls")}` === hash) ?? tabs[0]);
  };
  const choose = (tab) => {
    history.replaceState(null, "", `#${tab.getAttribute("aria-controls")}`);
    open(tab);
  };
  for (const tab of tabs) {
    tab.addEventListener("click", () => choose(tab));
    tab.addEventListener("keydown", (event) => {
      const target = findTarget(tabs, tab, event.key);
      if (!target) return;
      event.preventDefault();
      choose(target);
      target.focus();
    });
  }
  window.addEventListener("hashchange", openFragment);
  openFragment();
}
