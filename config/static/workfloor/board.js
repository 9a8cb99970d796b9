// The dispatch board: cards are dragged, or given by keyboard. Without this file every card still has its "Give to".
"use strict";

(() => {
  const CARD = "[data-card]";
  const on = (name, act) => document.addEventListener(name, act);
  let dragged = null, acting = "";

  // --- dragging: what is dropped sends what the card's own form would have sent ---
  on("dragstart", ({ target, dataTransfer }) => {
    dragged = target.closest?.(`${CARD}[draggable]`);
    if (!dragged) return;
    dataTransfer.effectAllowed = "move";
    dataTransfer.setData("text/plain", dragged.id);
    dragged.classList.add("opacity-50");
  });
  on("dragend", () => {
    dragged?.classList.remove("opacity-50");
    mark(null);
    dragged = null;
  });
  on("dragover", (event) => {
    const place = placeFor(event.target);
    mark(place);
    if (place) event.preventDefault(); // which is how a browser is told that it may be dropped here
  });
  on("drop", (event) => {
    const place = placeFor(event.target);
    if (!place) return;
    event.preventDefault();
    give(dragged, place.dataset.drop);
  });

  // Not where it is already: its own column, or its own queue.
  function placeFor(target) {
    const place = dragged && target.closest?.("[data-drop]");
    if (!place || place.contains(dragged)) return null;
    return place.dataset.drop !== "queue" || dragged.dataset.of ? place : null;
  }

  function mark(place) {
    for (const marked of document.querySelectorAll(".drop-here")) if (marked !== place) marked.classList.remove("drop-here");
    place?.classList.add("drop-here");
  }

  function give(card, to) {
    const { url, of, version } = card.dataset;
    const values = to === "queue" ? { back: "1" } : { member: to };
    const token = document.querySelector("#drop [name=csrfmiddlewaretoken]").value;
    acting = card.id;
    htmx.ajax("POST", url, { source: "#drop", swap: "none", values: { ...values, of, version, csrfmiddlewaretoken: token } });
  }

  // --- keyboard: arrows from card to card, Enter opens the menu, letters find a person in it, Escape closes it ---
  const step = { ArrowDown: 1, ArrowUp: -1 };
  const handle = (card) => card?.querySelector("summary") ?? card?.querySelector("a");

  on("keydown", (event) => {
    const { key, target } = event;
    const card = target.closest?.(CARD);
    if (!card || event.altKey || event.ctrlKey || event.metaKey) return;
    if (key === "Escape" && card.querySelector("details[open]")) {
      card.querySelector("details").open = false;
      handle(card).focus();
    } else if (key === "Enter" && target.matches("select[name=member]") && target.value) {
      target.form.requestSubmit();
    } else if (!target.matches("input, select, textarea")) {
      const other = step[key] ? beside(card, step[key]) : key === "ArrowRight" || key === "ArrowLeft" ? across(card, key) : null;
      if (!other) return;
      event.preventDefault();
      handle(other).focus();
    }
  });

  function beside(card, by) {
    const cards = [...document.querySelectorAll(CARD)];
    return cards[cards.indexOf(card) + by];
  }

  // The first card of the next or the previous column that has one.
  function across(card, key) {
    const columns = [...document.querySelectorAll("[data-drop]")].filter((column) => column.querySelector(CARD));
    return columns[columns.indexOf(card.closest("[data-drop]")) + (key === "ArrowRight" ? 1 : -1)]?.querySelector(CARD);
  }

  // --- what HTMX swaps away takes the focus along: it goes back to the card, or to whom it was opened for ---
  on("submit", ({ target }) => (acting = target.closest?.(CARD)?.id ?? acting));
  on("htmx:afterSettle", ({ target }) => {
    const form = target.closest?.("[data-giving]") && target.querySelector("form");
    if (form && target.closest("details").open) form.querySelector("select[name=member]").focus();
  });
  on("htmx:afterRequest", ({ detail }) => {
    if (!acting || detail.requestConfig.verb !== "post") return;
    const card = document.getElementById(acting);
    acting = "";
    setTimeout(() => {
      const refused = card?.isConnected ? card : document.getElementById(card?.id);
      (refused?.querySelector("[name=force]") ?? refused?.querySelector("select[name=member]") ?? handle(refused) ?? handle(document.querySelector(CARD)))?.focus();
    });
  });

  // News does not take a card out of a hand.
  on("htmx:beforeRequest", (event) => {
    if (dragged && event.detail.requestConfig.triggeringEvent?.type.startsWith("wf:")) event.preventDefault();
  });
})();
