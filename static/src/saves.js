// Saves a form (data-saves) as it is typed. While the connection is gone, what was typed stays in the page and is sent
// once it is back. Nothing goes into the browser's storage: whoever uses this computer next could read it there.

const PAUSE = 800; // ms after the last change
const AGAIN = 5000; // ms between tries without a connection

const form = document.querySelector("form[data-saves]");
const soFar = document.querySelector("#so-far");
let unsaved = false;
let leaving = false;
let timer;
let running = null;

function say(words) {
  const status = soFar.querySelector("[role=status]");
  status.textContent = words;
  status.classList.toggle("hub-saved--not", true);
}

function show(html) {
  soFar.innerHTML = html;
  const asked = soFar.querySelector("[data-asked]")?.dataset.asked.split(" ");
  if (!asked) return;
  for (const question of form.querySelectorAll("[data-item]")) {
    question.hidden = !asked.includes(question.dataset.item);
  }
}

function send() {
  const body = new URLSearchParams(new FormData(form));
  body.set("save", "quietly");
  return fetch(form.action, { method: "POST", body, redirect: "manual" });
}

// After signing in again in another tab, the page's token is of the session before.
async function renewToken() {
  const page = await fetch(location.href, { redirect: "manual" });
  if (!page.ok) return false;
  const fresh = new DOMParser().parseFromString(await page.text(), "text/html");
  const token = fresh.querySelector("form[data-saves] [name=csrfmiddlewaretoken]");
  if (token) form.querySelector("[name=csrfmiddlewaretoken]").value = token.value;
  return Boolean(token);
}

async function saveOnce() {
  unsaved = false;
  try {
    let answer = await send();
    if (answer.status === 403 && (await renewToken())) answer = await send();
    if (answer.ok) {
      show(await answer.text());
      return true;
    }
    unsaved = true;
    const signedOut = answer.type === "opaqueredirect";
    say(signedOut ? form.dataset.signedOut : form.dataset.refused);
    return !signedOut; // why it was refused is said on the page that a whole submit leads to
  } catch {
    unsaved = true;
    say(form.dataset.offline);
    schedule(AGAIN);
  }
  return false;
}

// Whether it is safe to leave the page. One at a time, so that an older state never overtakes a newer one.
async function save() {
  clearTimeout(timer);
  while (running) await running;
  running = saveOnce();
  const done = await running;
  running = null;
  return done;
}

function schedule(after) {
  clearTimeout(timer);
  timer = setTimeout(save, after);
}

if (form && soFar) {
  form.addEventListener("input", () => {
    unsaved = true;
    schedule(PAUSE);
  });
  window.addEventListener("online", () => unsaved && save());
  // The browser would answer with a page of its own if it sent the form without a connection.
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    event.preventDefault();
    const button = event.submitter;
    if (await save()) {
      leaving = true;
      form.requestSubmit(button);
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved && !leaving) event.preventDefault();
  });
}
