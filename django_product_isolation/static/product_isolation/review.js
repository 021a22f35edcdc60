/* The review queue in a browser with scripts: both pictures in one frame, zoom, keys, ticks, and
   decisions that are sent while the next result is looked at. Knows nothing of runs: what waits
   and what was decided, the server says. Without this file the page's forms do the same. */
"use strict";

(function () {
  const STEP = 10;
  const form = document.getElementById("isolation-decide");
  const notices = document.getElementById("isolation-notices");
  const queue = document.getElementById("isolation-queue");
  let sent = Promise.resolve();
  let pending = 0;

  const cards = () => [...queue.querySelectorAll("[data-card]")];
  const ticks = () => [...queue.querySelectorAll("[data-card] [name=run]")];
  const focusedCard = () => document.activeElement?.closest("[data-card]");

  /* Comparing */

  function slide(compare) {
    compare.style.setProperty("--isolation-at", `${compare.querySelector("[type=range]").value}%`);
  }

  function toggleZoom(compare, event) {
    const frame = compare.querySelector(".isolation-frame");
    const isZoomed = compare.classList.toggle("isolation-zoomed");
    const box = frame.getBoundingClientRect();
    const across = event ? (event.clientX - box.left) / box.width : 0.5;
    const down = event ? (event.clientY - box.top) / box.height : 0.5;
    for (const link of compare.querySelectorAll("[data-large]")) {
      link.firstElementChild.src = isZoomed ? link.dataset.large : link.dataset.medium;
    }
    compare.querySelector("button").setAttribute("aria-pressed", isZoomed);
    frame.toggleAttribute("tabindex", isZoomed);
    if (isZoomed) {
      frame.tabIndex = 0;
      frame.scrollLeft = frame.scrollWidth * across - frame.clientWidth / 2;
      frame.scrollTop = frame.scrollHeight * down - frame.clientHeight / 2;
    }
  }

  function prepare(compare) {
    if (compare.querySelectorAll("img").length === 2) {
      for (const link of compare.querySelectorAll("a")) {
        link.dataset.large = link.href;
        link.dataset.medium = link.firstElementChild.src;
        link.removeAttribute("href");
      }
      compare.classList.add("isolation-sliding");
      compare.querySelector(".isolation-lens").hidden = false;
      slide(compare);
    }
  }

  /* Ticks */

  function count() {
    const all = ticks();
    const ticked = all.filter((tick) => tick.checked).length;
    for (const button of queue.querySelectorAll("[data-ticked]")) {
      button.dataset.plain ??= button.textContent;
      const counted = button.dataset.ticked.replace("COUNT", ticked);
      button.textContent = ticked ? counted : button.dataset.plain;
      button.disabled = !ticked;
    }
    const box = queue.querySelector("#isolation-all input");
    if (box) {
      box.checked = ticked > 0 && ticked === all.length;
      box.indeterminate = ticked > 0 && ticked < all.length;
    }
  }

  /* Deciding */

  function leave(gone) {
    const order = cards();
    const left = (card) => card.getAttribute("aria-busy") !== "true";
    const at = order.indexOf(gone[0]);
    go(order.slice(at).find(left) || order.slice(0, at).findLast(left));
  }

  function go(card) {
    if (card) {
      card.focus({ preventScroll: true });
      card.scrollIntoView({ block: "nearest" });
    } else {
      document.getElementById("isolation-waiting").focus();
    }
  }

  /* Whatever goes or comes above it, what has the focus stays where it is seen: the next key
     decides about it. */
  function inView(change) {
    const card = focusedCard();
    const top = card?.getBoundingClientRect().top;
    change();
    if (card?.isConnected) {
      scrollBy({ top: card.getBoundingClientRect().top - top, behavior: "instant" });
      card.scrollIntoView({ block: "nearest", behavior: "instant" });
    }
  }

  function exchange(page) {
    const focused = document.activeElement;
    const fresh = page.getElementById("isolation-queue");
    const tools = queue.querySelector(".isolation-tools");
    for (const newer of fresh.querySelectorAll("[data-card]")) {
      const shown = document.getElementById(newer.id);
      if (shown) {
        shown.removeAttribute("aria-busy");
        newer.replaceWith(shown);
      } else {
        newer.querySelectorAll("[data-compare]").forEach(prepare);
      }
    }
    if (tools) {
      fresh.querySelector(".isolation-tools")?.replaceWith(tools);
    }
    queue.replaceChildren(...fresh.childNodes);
    furnish();
    if (focused?.isConnected && focused !== document.body) {
      focused.focus({ preventScroll: true });
    } else if (document.activeElement === document.body) {
      go(cards()[0]);
    }
  }

  async function send(body) {
    const options = { method: "POST", body, cache: "no-store", keepalive: true };
    try {
      const response = await fetch(location.href, options);
      if (!response.ok) {
        throw new Error(response.status);
      }
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      pending -= 1;
      inView(function () {
        notices.replaceChildren(...page.getElementById("isolation-notices").childNodes);
        if (!pending) {
          exchange(page);
        }
      });
    } catch {
      location.reload();
    }
  }

  function decide(event) {
    const button = event.submitter;
    if (!button || button.hasAttribute("data-leaves")) {
      return;
    }
    event.preventDefault();
    const card = button.closest("[data-card]");
    const ticked = ticks().filter((tick) => tick.checked);
    const gone = card ? [card] : ticked.map((tick) => tick.closest("[data-card]"));
    if (gone.length === 0 || gone[0].getAttribute("aria-busy") === "true") {
      return;
    }
    const body = new FormData(form, button);
    for (const each of gone) {
      each.setAttribute("aria-busy", "true");
      each.querySelector("[name=run]").checked = false;
    }
    leave(gone);
    count();
    pending += 1;
    sent = sent.then(() => send(body));
  }

  /* Keys */

  const press = (card, name) => card.querySelector(`[data-decision=${name}]`)?.click();
  const SWITCHES = { g: "isolation-checkered", m: "isolation-marks" };
  const KEYS = {
    j: (card) => go(cards()[cards().indexOf(card) + 1] || card),
    k: (card) => go(cards()[cards().indexOf(card) - 1] || card),
    a: (card) => press(card, "approve"),
    r: (card) => press(card, "reject"),
    e: (card) => press(card, "redo"),
    n: (card) => card.querySelector("[name^=note-]")?.focus(),
    x: (card) => card.querySelector("[name=run]")?.click(),
    z: (card) => card.querySelector(".isolation-lens:not([hidden]) button")?.click(),
    ArrowLeft: (card) => nudge(card, STEP),
    ArrowRight: (card) => nudge(card, -STEP),
  };

  function nudge(card, by) {
    const range = card.querySelector(".isolation-lens:not([hidden]) [type=range]");
    if (range) {
      range.valueAsNumber += by;
      slide(range.closest("[data-compare]"));
    }
  }

  function onKey(event) {
    const isTyping = event.target.closest("input:not([type=checkbox]), textarea, select, dialog");
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.key === "Escape" && isTyping?.closest("[data-card]")) {
      go(isTyping.closest("[data-card]"));
    }
    const isOn = document.getElementById("isolation-keys")?.checked;
    const isOurs = !(event.ctrlKey || event.altKey || event.metaKey || event.repeat);
    if (isTyping || !isOn || !isOurs || event.defaultPrevented) {
      return;
    }
    if (Object.hasOwn(SWITCHES, key)) {
      document.getElementById(SWITCHES[key])?.click();
    } else if (Object.hasOwn(KEYS, key)) {
      const card = focusedCard();
      if (card || key.length === 1) {
        event.preventDefault();
        card ? KEYS[key](card) : go(cards()[0]);
      }
    }
  }

  /* What scripts alone can offer is hidden until now. */
  function furnish() {
    for (const hidden of queue.querySelectorAll(".isolation-keys, #isolation-all")) {
      hidden.hidden = false;
    }
    count();
  }

  queue.querySelectorAll("[data-compare]").forEach(prepare);
  furnish();
  form.addEventListener("submit", decide);
  document.addEventListener("keydown", onKey);
  queue.addEventListener("input", function (event) {
    if (event.target.type === "range") {
      slide(event.target.closest("[data-compare]"));
    }
  });
  queue.addEventListener("change", function (event) {
    if (event.target.closest("#isolation-all")) {
      ticks().forEach((tick) => (tick.checked = event.target.checked));
    }
    count();
  });
  queue.addEventListener("click", function (event) {
    const compare = event.target.closest("[data-compare]");
    if (compare && event.target.closest("button")) {
      toggleZoom(compare);
    } else if (compare && event.target.closest("[data-large]")) {
      toggleZoom(compare, event);
    }
  });
})();
