/* Asks again for small pictures that the server had no time to make, ever more seldom. Without this
   file they come when the page is loaded again. */
"use strict";

(function () {
  const PAUSE = 5000;
  const MOST_TRIES = 5;
  const tries = new WeakMap();

  function askAgain(picture) {
    const tried = tries.get(picture) ?? 0;
    if (tried < MOST_TRIES && picture.closest(".isolation")) {
      tries.set(picture, tried + 1);
      setTimeout(() => picture.setAttribute("src", picture.getAttribute("src")), PAUSE * 2 ** tried);
    }
  }

  /* An error of a picture's does not bubble. */
  document.addEventListener("error", function (event) {
    if (event.target instanceof HTMLImageElement) {
      askAgain(event.target);
    }
  }, true);
  for (const picture of document.images) {
    if (picture.complete && !picture.naturalWidth) {
      askAgain(picture);
    }
  }
})();
