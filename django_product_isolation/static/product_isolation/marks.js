/* While a finding's sentence is pointed at or has the focus, what it is about stands out in both
   pictures, and a click on it leads to them. Without this file it leads to the marked place. */
"use strict";

(function () {
  const findingAt = (element) => element?.closest?.("[data-finding]");

  /* Only of the finding itself, and only in the pictures beside it. */
  function show(finding) {
    for (const mark of document.querySelectorAll(".isolation-pointed")) {
      mark.classList.remove("isolation-pointed");
    }
    const around = finding?.closest(".isolation-card, .isolation-run");
    const marks = around?.querySelectorAll(`[data-mark="${finding.dataset.finding}"]`);
    marks?.forEach((mark) => mark.classList.add("isolation-pointed"));
  }

  document.addEventListener("pointerover", function (event) {
    show(findingAt(event.target) || findingAt(document.activeElement));
  });
  /* The sentence keeps the focus, so that keys still know which result is meant. */
  document.addEventListener("click", function (event) {
    const link = event.target.closest?.("[data-finding] > a");
    const isPlain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (link && isPlain) {
      event.preventDefault();
      link.focus({ preventScroll: true });
      const mark = document.getElementById(link.hash.slice(1));
      mark?.closest("figure")?.scrollIntoView({ block: "nearest" });
    }
  });
  document.addEventListener("focusin", (event) => show(findingAt(event.target)));
})();
