"use strict";
// Announces the automatic log-off a minute ahead, and leaves the page when its time is up.
// The server enforces it; this only says so.
(() => {
  const idle = Number(document.body.dataset.idleSeconds) * 1000;
  const notice = document.getElementById("idle-notice");
  if (!idle || !notice) return;
  const warnAhead = Math.min(60000, idle / 3);
  const since = Date.now();
  const tick = () => {
    const left = since + idle - Date.now();
    if (left <= 0) {
      location.assign("/sign-in?ended=idle&go_to=" + encodeURIComponent(location.pathname + location.search));
      return;
    }
    if (left <= warnAhead && notice.hidden) {
      notice.hidden = false;
      notice.textContent = "You will be signed off in less than a minute. Open any page to stay signed in.";
    }
    setTimeout(tick, Math.min(left, left > warnAhead ? left - warnAhead : 1000));
  };
  tick();
})();
