/* While a finding's sentence is pointed at or has the focus, what it is about stands out in both
   pictures. Without this file a click on the sentence leads to the marked place. */
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
  document.addEventListener("focusin", (event) => show(findingAt(event.target)));
})();
