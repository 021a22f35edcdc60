/* Keeps the batch page up to date: fetches what may have changed and exchanges the parts that
   did, and sends decisions without losing the reader's place. Knows nothing of runs: what is shown
   and when to stop, the server decides. Without this file the page reloads itself. */
"use strict";

(function () {
  const PAUSE = 2000;
  const LONGEST_PAUSE = 60000;
  const live = document.getElementById("isolation-live");
  const notices = document.getElementById("isolation-notices");
  const form = document.getElementById("isolation-decide");
  let failures = 0;
  let timer = null;
  let deciding = false;

  async function fetchPage(options) {
    const address = new URL(location.href);
    address.searchParams.set("since", live.dataset.since);
    const response = await fetch(address, { cache: "no-store", ...options });
    if (!response.ok) {
      throw new Error(response.status);
    }
    return new DOMParser().parseFromString(await response.text(), "text/html");
  }

  function exchange(page) {
    const focused = document.activeElement;
    const part = focused?.closest("[data-part]");
    const fresh = page.getElementById("isolation-live");
    for (const newer of fresh.querySelectorAll("[data-part]")) {
      const shown = document.getElementById(newer.id);
      for (const fold of newer.querySelectorAll("details[id]")) {
        fold.open = document.getElementById(fold.id)?.open === true;
      }
      if (shown && !shown.isEqualNode(newer)) {
        shown.replaceWith(newer);
      }
    }
    live.dataset.since = fresh.dataset.since;
    document.title = page.title;
    live.toggleAttribute("data-live", fresh.hasAttribute("data-live"));
    if (part && !focused.isConnected) {
      const again = document.getElementById(focused.id);
      const near = again || document.getElementById(part.id).querySelector("a, button");
      near?.focus({ preventScroll: true });
    }
  }

  async function refresh() {
    timer = null;
    const started = performance.now();
    try {
      exchange(await fetchPage({ redirect: "error" }));
      failures = 0;
    } catch {
      failures += 1;
    }
    schedule(performance.now() - started);
  }

  /* A page that takes long to make is asked for less often. */
  function schedule(took) {
    if (timer !== null || document.hidden || !live.hasAttribute("data-live")) {
      return;
    }
    const pause = Math.max(PAUSE * 2 ** failures, 2 * took);
    timer = setTimeout(refresh, Math.min(pause, LONGEST_PAUSE));
  }

  async function decide(event) {
    if (event.submitter?.hasAttribute("data-leaves")) {
      return;
    }
    event.preventDefault();
    if (deciding) {
      return;
    }
    deciding = true;
    try {
      const body = new FormData(form, event.submitter);
      const page = await fetchPage({ method: "POST", body });
      notices.replaceChildren(...page.getElementById("isolation-notices").childNodes);
      exchange(page);
      schedule(0);
    } catch {
      location.reload();
    }
    deciding = false;
  }

  document.addEventListener("visibilitychange", function () {
    if (document.hidden) {
      clearTimeout(timer);
      timer = null;
    } else {
      schedule(0);
    }
  });
  form.addEventListener("submit", decide);
  schedule(0);
})();
