/* Keeps the batch page up to date: fetches the page anew and exchanges the parts that changed.
   Knows nothing of runs; what is shown and when to stop, the server decides. */
"use strict";

(function () {
  const PAUSE = 2000;
  const LONGEST_PAUSE = 60000;
  let failures = 0;
  let timer = null;

  function live() {
    return document.getElementById("isolation-live");
  }

  function exchange(fresh) {
    const focused = document.activeElement && document.activeElement.id;
    for (const part of fresh.querySelectorAll("[data-part]")) {
      const shown = document.getElementById(part.id);
      if (shown && !shown.isEqualNode(part)) {
        shown.replaceWith(part);
      }
    }
    live().toggleAttribute("data-live", fresh.hasAttribute("data-live"));
    if (focused && document.activeElement.id !== focused) {
      const again = document.getElementById(focused);
      if (again) {
        again.focus({ preventScroll: true });
      }
    }
  }

  async function refresh() {
    timer = null;
    const started = performance.now();
    try {
      const response = await fetch(location.href, { redirect: "error", cache: "no-store" });
      if (!response.ok) {
        throw new Error(response.status);
      }
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      exchange(page.getElementById("isolation-live"));
      failures = 0;
    } catch {
      failures += 1;
    }
    schedule(performance.now() - started);
  }

  /* A page that takes long to make is asked for less often. */
  function schedule(took) {
    if (timer !== null || document.hidden || !live().hasAttribute("data-live")) {
      return;
    }
    const pause = Math.max(PAUSE * 2 ** failures, 2 * took);
    timer = setTimeout(refresh, Math.min(pause, LONGEST_PAUSE));
  }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) {
      clearTimeout(timer);
      timer = null;
    } else {
      schedule(0);
    }
  });

  schedule(0);
})();
