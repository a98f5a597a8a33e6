// The quick exit: replaces the page, so that the Back button does not lead here. Without this it is a plain link.
const link = document.querySelector("[data-exit]");
const PRESSES = 3;
const WITHIN_MS = 2000;
let presses = [];

function leave() {
  document.title = "";
  document.body.replaceChildren();
  window.location.replace(link.href);
}

link.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") {
    presses = [];
    return;
  }
  presses = [...presses, event.timeStamp].filter((at) => event.timeStamp - at < WITHIN_MS);
  if (presses.length >= PRESSES) {
    leave();
  }
});
