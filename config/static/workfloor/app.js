// Live updates, toasts, counters, the theme. Pages work without this file; it keeps what is shown fresh.
"use strict";

const on = (name, act) => document.addEventListener(name, act);
const tell = (name) => document.body.dispatchEvent(new CustomEvent(name));

// --- toasts and counters: the server names them in HX-Trigger ---
function toast({ text, level = "success" }) {
  const made = document.getElementById("toast").content.cloneNode(true).firstElementChild;
  made.dataset.level = level;
  made.querySelector("[data-text]").textContent = text;
  show(made);
  document.getElementById("toasts").append(made);
}

function show(made) {
  made.querySelector("[data-dismiss]").addEventListener("click", () => made.remove());
  if (made.dataset.level !== "error") setTimeout(() => made.remove(), 7000); // an error waits until it was read
}

function count(counts) {
  for (const [name, n] of Object.entries(counts))
    for (const shown of document.querySelectorAll(`[data-count="${CSS.escape(name)}"]`)) shown.textContent = n || "";
}

on("toast", (event) => toast(event.detail));
on("counts", ({ detail: { elt, ...counts } }) => count(counts));
on("htmx:sendError", () => toast({ text: "No connection. Nothing was sent; try again.", level: "error" }));
on("htmx:responseError", ({ detail: { xhr } }) => {
  const said = { 403: "You may not do this.", 404: "It is no longer there.", 413: "That is too much at once.", 429: "Too fast: wait a moment." };
  toast({ text: said[xhr.status] || "Something broke on our side. Try again in a moment.", level: "error" });
});

// --- live: a frame only says what changed; parts listen for `wf:<subject>` or `wf:<id>` and read themselves again ---
const versions = new Map(); // of what frames named: one that was said before, or overtaken, is no news
let position = -1; // of the last change that was heard

function changed({ subject, id, version, position: at }) {
  if (at > position) position = at;
  if (version <= versions.get(id)) return;
  if (versions.size >= 5000) versions.clear();
  if (version) versions.set(id, version);
  tell(`wf:${subject}`);
  tell(`wf:${id}`);
}

on("changed", (event) => changed(event.detail));

const FRAMES = {
  hello({ position: at }) {
    // What happened meanwhile was not heard: since the last change, or since this page began to be read.
    const gap = position < 0 ? { type: "loaded", at: document.body.dataset.live } : { type: "resume", position };
    if (position < 0) position = at;
    socket.send(JSON.stringify(gap));
  },
  resumed({ position: at }) {
    position = at; // smaller than ours while something waits to be announced, or when the past is another one
  },
  changed,
  unread(frame) {
    const shown = document.querySelector('[data-count="unread"]')?.textContent;
    if (Number(shown) === frame.count) return;
    count({ unread: frame.count });
    tell("wf:unread");
  },
  async told({ id }) {
    const answer = await fetch(`/notifications/${id}/toast/`, { headers: { "HX-Request": "true" } });
    if (!answer.ok || answer.redirected) return; // the counter has it
    const part = document.createElement("template");
    part.innerHTML = await answer.text();
    const made = part.content.firstElementChild;
    if (!made?.matches(".toast")) return;
    show(made);
    document.getElementById("toasts").append(made);
  },
  resync() {
    versions.clear();
    tell("wf:resync");
  },
};
const NOT_SIGNED_IN = 4401, NO_LONGER_ALLOWED = 4403, TOO_MANY = 4429;
let socket, failures = 0, retry;

function connect() {
  clearTimeout(retry);
  socket = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/`);
  socket.addEventListener("open", () => {
    document.getElementById("offline").hidden = true;
    failures = 0;
  });
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(data);
    FRAMES[frame.type]?.(frame);
  });
  socket.addEventListener("close", ({ code }) => {
    if (code === NOT_SIGNED_IN || code === NO_LONGER_ALLOWED) return;
    failures = code === TOO_MANY ? 6 : failures + 1;
    document.getElementById("offline").hidden = failures < 3; // a restart is not worth a word
    retry = setTimeout(connect, Math.min(1000 * 2 ** failures, 60_000) * (0.5 + Math.random() / 2));
  });
}

on("visibilitychange", () => {
  if (socket?.readyState === WebSocket.CLOSED && !document.hidden && failures) connect();
});

// What somebody is typing is never swapped away by news: the version in the form tells the server what they saw.
on("input", ({ target }) => target.form?.toggleAttribute("data-dirty", true));
function keepForms(event) {
  const { requestConfig, target } = event.detail;
  const isNews = requestConfig.triggeringEvent?.type.startsWith("wf:");
  if (isNews && target.querySelector("form[data-dirty], details[open] form")) event.preventDefault();
}
on("htmx:beforeRequest", keepForms);
on("htmx:beforeSwap", keepForms); // opened while the news was on its way

// --- a double click is one wish: its second half may land on the button that came in the first one's place ---
const first = (name, act) => document.addEventListener(name, act, true);
const DOUBLE_CLICK = 500, NO_ANSWER = 4000; // ms
const sending = new Map(); // form -> when it stops waiting for its answer
let pressed = { timeStamp: -Infinity };

function stop(event) {
  event.preventDefault();
  event.stopImmediatePropagation();
}

first("click", (event) => {
  if (!event.detail || event.target.closest("button")?.form?.method !== "post") return; // 0: the keyboard's
  const isNear = Math.abs(event.clientX - pressed.clientX) < 8 && Math.abs(event.clientY - pressed.clientY) < 8;
  const isSecond = isNear && event.timeStamp - pressed.timeStamp < DOUBLE_CLICK;
  pressed = event;
  if (isSecond) stop(event);
});
first("submit", (event) => {
  if (event.target.method !== "post") return;
  if (event.timeStamp < sending.get(event.target)) return stop(event);
  sending.set(event.target, event.timeStamp + NO_ANSWER);
});
on("htmx:afterRequest", ({ detail }) => sending.delete(detail.elt));
addEventListener("pageshow", () => sending.clear()); // the browser kept the page and shows it again

// --- small manners ---
on("change", ({ target }) => {
  if (!target.dataset.checks) return; // one box that ticks all of its form's others
  for (const box of target.form.elements) if (box.name === target.dataset.checks) box.checked = target.checked;
});
on("htmx:afterSettle", ({ target }) => target.querySelector('[aria-invalid="true"]')?.focus());
on("htmx:configRequest", ({ detail }) => {
  if (detail.verb !== "get") return; // empty filters do not belong into an address
  for (const [name, value] of [...detail.formData.entries()]) if (value === "") detail.formData.delete(name);
});
on("click", ({ target }) => {
  const menu = document.querySelector("details[open]:has(> .menu)");
  if (menu && !menu.contains(target)) menu.open = false;
});
on("keydown", ({ key }) => {
  const menu = key === "Escape" && document.querySelector("details[open]:has(> .menu)");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

function theme() {
  const button = document.getElementById("theme");
  button.hidden = false;
  button.addEventListener("click", () => {
    const chosen = document.documentElement.dataset.theme;
    const isDark = chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = isDark ? "light" : "dark";
    try {
      localStorage.setItem("theme", document.documentElement.dataset.theme);
    } catch {} // remembered for this page only
  });
}

theme();
document.querySelectorAll("#toasts > .toast").forEach(show);
if ("live" in document.body.dataset) connect();
