// Keeps a page's sections current. Without it, the page is whole and a reload shows newer figures.
(() => {
  "use strict";
  const root = document.querySelector("[data-live]");
  if (!root || !window.EventSource) return;
  const outage = document.getElementById("outage");
  const freshness = document.getElementById("freshness");
  const button = document.getElementById("pause-updates");
  let paused = false, stale = false, waiting = {};

  const say = (text) => {
    if (!outage) return;
    if (outage.textContent !== text) outage.textContent = text;
    outage.hidden = !text;
  };
  const replace = (id, html) => {
    const old = document.getElementById(id);
    if (!old) return false;
    // Whoever is in a section by keyboard stays where they are.
    const inside = old.contains(document.activeElement) ? document.activeElement : null;
    const address = inside && (inside.getAttribute("href") || inside.getAttribute("aria-labelledby"));
    const holder = document.createElement("template");
    holder.innerHTML = html;
    const fresh = holder.content.firstElementChild;
    // What was scrolled sideways stays so.
    const places = [...old.querySelectorAll(".scroll")].map((box) => box.scrollLeft);
    old.replaceWith(fresh);
    fresh.querySelectorAll(".scroll").forEach((box, n) => { box.scrollLeft = places[n] || 0; });
    if (address) {
      const again = [...fresh.querySelectorAll("a,[tabindex]")].find((one) => (one.getAttribute("href") || one.getAttribute("aria-labelledby")) === address);
      if (again) again.focus({ preventScroll: true });
    }
    return true;
  };
  const show = () => {
    const sections = waiting;
    waiting = {};
    // A page opened while the database was away has no sections to replace.
    if (Object.entries(sections).some(([id, html]) => !replace(id, html))) location.reload();
  };

  const source = new EventSource(root.dataset.live);
  source.addEventListener("sections", (event) => {
    const told = JSON.parse(event.data);
    Object.assign(waiting, told.sections);
    stale = false;
    say("");
    if (!paused) show();
    if (freshness) freshness.textContent = paused ? "Paused; newer figures wait." : "Live, as of " + told.at;
  });
  source.addEventListener("outage", (event) => {
    stale = true;
    say("The database has not answered since " + JSON.parse(event.data).since + ". What stands below is older; it comes back by itself.");
  });
  source.addEventListener("signed-off", () => {
    source.close();
    location.reload();
  });
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) {
      // Refused: signed off, or no longer permitted. The server says which.
      say("Updates have ended. Reload the page to go on.");
      return;
    }
    if (!stale) say("The server does not answer. What stands below is older; this page tries again by itself.");
  };
  source.onopen = () => { if (!stale) say(""); };

  if (button) {
    button.hidden = false;
    button.addEventListener("click", () => {
      paused = !paused;
      button.setAttribute("aria-pressed", String(paused));
      button.textContent = paused ? "Resume updates" : "Pause updates";
      if (!paused) show();
    });
  }
  addEventListener("pagehide", () => source.close());
})();
