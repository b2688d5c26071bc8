"use strict";
(() => {
  const $ = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.getElementById("filter");
  const fields = ["q", "level", "verdict", "service"];
  const rows = $("#requirements .row");
  const groups = $("#requirements .group");
  const text = new WeakMap();

  const words = (row) => {
    if (!text.has(row)) text.set(row, row.textContent.toLowerCase());
    return text.get(row);
  };

  const matches = (row, wanted) =>
    (!wanted.level || row.classList.contains(wanted.level)) &&
    (!wanted.verdict || row.classList.contains(wanted.verdict)) &&
    (!wanted.service || row.parentElement.dataset.s === wanted.service) &&
    wanted.q.toLowerCase().split(/\s+/).every((word) => words(row).includes(word));

  const filter = () => {
    const wanted = Object.fromEntries(fields.map((name) => [name, form.elements[name].value.trim()]));
    let left = 0;
    for (const row of rows) {
      row.hidden = !matches(row, wanted);
      left += !row.hidden;
    }
    for (const group of groups) group.hidden = !group.querySelector(".row:not([hidden])");
    document.getElementById("told").textContent = `${left} of ${rows.length}`;
    document.getElementById("none").hidden = left > 0;
    return wanted;
  };

  const set = (values) => {
    for (const name of fields) form.elements[name].value = values[name] || "";
    return filter();
  };

  const keep = () => {
    const given = Object.entries(filter()).filter(([, value]) => value);
    location.replace("#?" + new URLSearchParams(given));
  };

  const open = (place) => {
    for (let at = place; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    const row = place.closest(".row");
    if (row && row.hidden) set({});
    place.scrollIntoView();
    const summary = place.parentElement.querySelector(":scope > summary");
    if (summary) summary.focus({ preventScroll: true });
  };

  const follow = () => {
    const hash = decodeURIComponent(location.hash.slice(1));
    const cell = /^f-(any|[A-Z]+)-([a-z-]+)$/.exec(hash);
    if (hash.startsWith("?")) {
      set(Object.fromEntries(new URLSearchParams(location.hash.slice(2))));
    } else if (cell) {
      const [, level, verdict] = cell.map((word) => (word === "any" ? "" : word));
      set({ level, verdict });
      keep();
      document.getElementById("requirements").scrollIntoView();
    } else if (hash === "requirements") {
      filter();
    } else if (hash) {
      const place = document.getElementById(hash);
      if (place) open(place);
    }
  };

  const move = (by) => {
    const all = $("summary").filter((s) => s.checkVisibility() && s.closest(".row, .item, .picture, .x"));
    const at = all.indexOf(document.activeElement);
    const inside = at < 0 ? all.indexOf(rows.find((row) => !row.hidden)?.firstElementChild) - (by > 0) : at;
    const next = all[inside + by];
    if (next) next.focus();
    return Boolean(next);
  };

  const keys = (event) => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const details = event.target.tagName === "SUMMARY" && event.target.parentElement;
    const does = {
      "/": () => !typing && (form.elements.q.focus(), form.scrollIntoView(), true),
      ArrowDown: () => event.target.tagName !== "SELECT" && move(1),
      ArrowUp: () => !typing && move(-1),
      ArrowRight: () => details && !details.open && (details.open = true),
      ArrowLeft: () => details && details.open && !(details.open = false),
      Escape: () => (set({}), keep(), document.activeElement.blur(), true),
    }[event.key];
    if (does && does()) event.preventDefault();
  };

  const copy = async (button, pre) => {
    try {
      await navigator.clipboard.writeText(pre.textContent);
      button.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(pre);
      button.textContent = "selected";
    }
    setTimeout(() => (button.textContent = "copy"), 1500);
  };

  document.documentElement.classList.add("js");
  form.hidden = false;
  for (const pre of $(".copied pre")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "copy";
    button.setAttribute("aria-label", `copy ${pre.previousElementSibling.textContent}`);
    button.addEventListener("click", () => copy(button, pre));
    pre.after(button);
  }
  form.addEventListener("input", keep);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(keep));
  document.addEventListener("keydown", keys);
  addEventListener("hashchange", follow);
  filter();
  follow();
})();
