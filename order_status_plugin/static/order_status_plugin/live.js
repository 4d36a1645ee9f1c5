/* Keeps an open order page up to date. <main id="order"> carries data-live, data-version, data-epoch; data-news (else
 * the h1) is announced in its role="status". What has an id stays open, focused and half typed as it is. */
"use strict";
(() => {
  const root = document.getElementById("order");
  if (!root || !root.dataset.live || !window.EventSource) return;
  const live = new URL(root.dataset.live, location.href);
  const page = new URL("..", live);
  page.search = location.search;
  const name = "order-status:" + live.pathname;
  const tabs = window.BroadcastChannel && navigator.locks ? new BroadcastChannel(name) : null;
  const POLL_FIRST = 5000, POLL = 15000, RETRY = 5000;

  let wanted = 0; // the newest version we heard of
  let timer = 0, isReading = false, isAskedAgain = false, lagging = 0;
  let stop = null; // ends what this tab runs; null while it is hidden
  const version = () => Number(root.dataset.version) || 0;
  const epoch = () => Number(root.dataset.epoch) || 0; // of what editors publish

  // --- put the new page into the old one, and touch nothing that is the same
  const key = (node) =>
    node.nodeType !== 1 ? node.nodeType : node.id ? "#" + node.id : node.nodeName + (node.getAttribute("name") || "");

  function drop(node) {
    const next = node.nextSibling;
    node.remove();
    return next;
  }

  function merge(old, fresh) {
    if (old.isEqualNode(fresh)) return;
    if (old.nodeType !== 1) old.data = fresh.data;
    else if (old.nodeName === "svg") old.replaceWith(fresh);
    else morph(old, fresh);
  }

  function morph(old, fresh) {
    const isKept = (attribute) => attribute === "open" && old.nodeName === "DETAILS";
    for (const { name } of [...old.attributes]) {
      if (!fresh.hasAttribute(name) && !isKept(name)) old.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value && !isKept(name)) old.setAttribute(name, value);
    }
    const coming = [...fresh.childNodes];
    let at = old.firstChild;
    while (coming.length) {
      const keys = coming.map(key);
      const next = coming.shift();
      while (at && key(at) !== keys[0] && (at.nodeType !== 1 || !keys.includes(key(at)))) at = drop(at);
      let same = at;
      while (same && key(same) !== keys[0]) same = same.nextSibling;
      if (!same) old.insertBefore(next, at);
      else {
        if (same === at) at = at.nextSibling;
        else old.insertBefore(same, at);
        merge(same, next);
      }
    }
    while (at) at = drop(at);
  }

  const news = (main) => main.dataset.news || (main.querySelector("h1") || main).textContent.replace(/\s+/g, " ").trim();

  const around = (page) => page.querySelectorAll(".os-top, .os-foot"); // no frame of the shop's own

  function show(page, fresh) {
    const before = news(root), focused = document.activeElement;
    const hadFocus = root.contains(focused);
    const topOf = (element) => element.getBoundingClientRect().top;
    // What somebody reads or types stays under their eyes, also when a card comes in above.
    const mark = scrollY > 0 && (hadFocus ? focused : [...root.querySelectorAll("[id]")].find((e) => topOf(e) >= 0));
    const top = mark && topOf(mark);
    morph(root, fresh);
    document.title = page.title;
    const coming = around(page);
    around(document).forEach((old, i) => coming[i] && merge(old, coming[i]));
    if (hadFocus && document.activeElement !== focused) {
      const target = root.contains(focused) ? focused : (focused.id && document.getElementById(focused.id)) || root;
      if (target === root) root.tabIndex = -1;
      target.focus({ preventScroll: true });
    }
    if (mark && root.contains(mark)) scrollBy({ top: topOf(mark) - top, behavior: "instant" });
    const status = root.querySelector("[role=status]");
    if (status && news(root) !== before) {
      const said = document.createElement("span");
      said.className = "os-vh";
      said.textContent = news(root) + " ";
      status.prepend(said);
    }
  }

  // --- read the page again
  function later(delay) {
    clearTimeout(timer);
    timer = setTimeout(read, delay);
  }

  async function read() {
    clearTimeout(timer);
    if (isReading) {
      isAskedAgain = true;
      return;
    }
    isReading = true;
    isAskedAgain = false;
    try {
      const answer = await fetch(page, { cache: "no-store" });
      if ([403, 404, 410].includes(answer.status)) return location.reload(); // the link was revoked: show what is said of it
      if (!answer.ok) throw new Error(answer.status);
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const main = fresh.getElementById("order");
      if (!main || !main.dataset.live) return location.reload();
      show(fresh, main);
      lagging = version() < wanted ? lagging + 1 : 0;
      if (lagging && lagging < 4) later(1000);
    } catch {
      if (stop) later(RETRY);
    } finally {
      isReading = false;
      if (isAskedAgain) read();
    }
  }

  // A little jitter, so that all who watch an order do not ask at once. NaN: something may have been missed.
  function hear(n) {
    if (n <= version()) return;
    wanted = Math.max(wanted, n || 0);
    later(Math.random() * (n ? 120 : 500));
  }

  function tell(n) {
    hear(n);
    if (tabs) tabs.postMessage(n);
  }

  // Every open page hears of it at once, so they take their time.
  function hearContent(n) {
    if (n > epoch()) tell(NaN);
  }

  // --- one stream for all visible tabs of an order; where the server has no stream, a poll
  function listen() {
    let source, polling, hasGap = false, isOver = false;
    const asking = new AbortController();
    const from = () => Object.assign(live, { search: "?v=" + version() + "&e=" + epoch() });

    function open() {
      source = new EventSource(from());
      source.addEventListener("changed", (event) => tell(Number(event.data)));
      source.addEventListener("content", (event) => hearContent(Number(event.data)));
      source.onopen = () => {
        if (hasGap) tell(NaN);
        hasGap = false;
      };
      source.onerror = () => {
        hasGap = true;
        if (source.readyState === EventSource.CLOSED) polling = setTimeout(poll, POLL_FIRST);
      };
    }

    async function poll() {
      const one = new AbortController();
      asking.signal.addEventListener("abort", () => one.abort(), { once: true });
      try {
        const answer = await fetch(from(), { cache: "no-store", signal: one.signal });
        const type = answer.headers.get("Content-Type") || "";
        if (answer.status === 404) tell(NaN);
        else if (answer.ok && type.startsWith("text/event-stream")) {
          one.abort();
          if (!isOver) open();
          return;
        } else if (answer.ok) {
          const said = await answer.json();
          tell(said.version);
          hearContent(said.epoch);
        }
      } catch {
        // The next one may do better.
      }
      if (!isOver) polling = setTimeout(poll, POLL);
    }

    open();
    return () => {
      isOver = true;
      clearTimeout(polling);
      asking.abort();
      source.close();
    };
  }

  function start() {
    if (stop || document.hidden) return;
    if (!tabs) {
      stop = listen();
      return;
    }
    const waiting = new AbortController();
    let release = () => waiting.abort();
    stop = () => release();
    const lead = () => {
      const close = listen();
      return new Promise((done) => {
        release = () => {
          close();
          done();
        };
      });
    };
    navigator.locks.request(name, { signal: waiting.signal }, lead).catch(() => {});
  }

  function pause() {
    if (stop) stop();
    stop = null;
    clearTimeout(timer);
  }

  function resume() {
    if (stop || document.hidden) return;
    start();
    read();
  }

  if (tabs) tabs.onmessage = (event) => stop && hear(event.data);
  document.addEventListener("visibilitychange", () => (document.hidden ? pause() : resume()));
  addEventListener("pagehide", pause);
  addEventListener("pageshow", (event) => event.persisted && resume());
  start();
})();
