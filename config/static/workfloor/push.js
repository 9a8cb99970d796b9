// Browser push on the page of preferences: asks the browser, and tells the server where to push to.
"use strict";

(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));

  function send(place, method, body) {
    const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
    const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
    return fetch(place, { method, headers, body: body && JSON.stringify(body) });
  }

  function show(part, state) {
    for (const name of ["on", "off", "denied"])
      for (const each of part.querySelectorAll(`[data-push-${name}]`)) each.hidden = name !== state;
    part.hidden = false;
  }

  async function told(part, subscription) {
    const { endpoint, keys } = subscription.toJSON();
    const browser = navigator.userAgent.slice(0, 200);
    const answer = await send(part.dataset.at, "POST", { endpoint, browser, ...keys });
    if (!answer.ok) throw new Error((await answer.json()).detail);
  }

  async function subscribe(part, worker) {
    if ((await Notification.requestPermission()) !== "granted") return show(part, "denied");
    const key = bytes(part.dataset.push);
    const made = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    try {
      await told(part, made);
    } catch (error) {
      await made.unsubscribe();
      throw error;
    }
    show(part, "on");
  }

  async function unsubscribe(part, worker) {
    const made = await worker.pushManager.getSubscription();
    if (made) {
      const { results } = await (await fetch(`${part.dataset.at}?page_size=100`)).json();
      for (const row of results.filter((row) => row.endpoint === made.endpoint))
        await send(`${part.dataset.at}${row.id}/`, "DELETE");
      await made.unsubscribe();
    }
    show(part, "off");
  }

  async function offer() {
    const part = document.querySelector("[data-push]");
    if (!part || !("serviceWorker" in navigator) || !("PushManager" in window)) return;
    const worker = await navigator.serviceWorker.register("/sw.js");
    const acts = { subscribe, unsubscribe };
    for (const [name, act] of Object.entries(acts))
      part.querySelector(`[data-push-${name}]`).onclick = () =>
        act(part, worker).catch((error) => {
          part.querySelector("[data-push-error]").textContent = error.message;
        });
    const there = await worker.pushManager.getSubscription();
    show(part, Notification.permission === "denied" ? "denied" : there ? "on" : "off");
  }

  document.addEventListener("htmx:afterSettle", offer);
  offer();
})();
