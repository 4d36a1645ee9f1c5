/* The switch "Tell me on this device"; share.js loads it after the first view. <section id="push"> carries data-path (of the order's page), data-root (ours) and
 * data-key (the public key); each part of it says with data-when in which states it is seen. Without this script, and
 * where a browser has no notifications, nothing of it is. Nobody is asked for anything before the click. */
"use strict";
(() => {
  const find = () => document.getElementById("push");
  if (!find()) return;
  const { path, root, key } = find().dataset;
  const link = path.split("/").slice(-2)[0];
  const isApple = /iPad|iPhone/.test(navigator.userAgent) || (/Mac/.test(navigator.platform) && navigator.maxTouchPoints > 1);
  const canDo = isSecureContext && navigator.serviceWorker && window.PushManager && window.Notification;

  let state = ""; // "" while nothing is known: nothing is seen
  let isBusy = false, isAsked = false;

  // What is as it should be is not touched: the page is put anew by live.js, and watched below.
  const set = (element, name, value) => element[name] !== value && (element[name] = value);
  const put = (element, name, value) => element.getAttribute(name) !== value && element.setAttribute(name, value);

  function show() {
    const box = find();
    if (!box) return;
    set(box, "hidden", !state || (state === "off" && "over" in box.dataset));
    for (const part of box.querySelectorAll("[data-when]")) set(part, "hidden", !part.dataset.when.split(" ").includes(state));
    const button = box.querySelector("button");
    put(button, "aria-pressed", String(state === "on"));
    put(button, "aria-busy", String(isBusy)); // not disabled: the focus would be lost
    if (isAsked) put(box.querySelector(".os-small"), "role", "status");
  }

  function now(next) {
    state = next;
    show();
  }

  async function post(deed, text) {
    const csrfmiddlewaretoken = find().querySelector("[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ csrfmiddlewaretoken, subscription: text });
    const answer = await fetch(root + "push/" + link + "/" + deed + "/" + location.search, { method: "POST", body });
    if (answer.status === 409) return "full";
    if (!answer.ok) throw new Error(answer.status);
    return (await answer.json()).on ? "on" : "off";
  }

  const text = (subscription) => {
    const made = String.fromCharCode(...new Uint8Array(subscription.options.applicationServerKey));
    const sender = btoa(made).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
    return JSON.stringify({ ...subscription.toJSON(), sender });
  };

  const scope = new URL(root, location.href).href;
  async function current() {
    const registration = await navigator.serviceWorker.getRegistration(root);
    return registration && registration.scope === scope ? registration.pushManager.getSubscription() : null;
  }

  const move = (old, fresh) =>
    fetch(root + "push/moved/", { method: "POST", body: new URLSearchParams({ old, new: fresh }) });

  async function subscribe() {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return permission === "denied" ? "denied" : "off";
    await navigator.serviceWorker.register(root + "push/worker.js", { scope: root });
    const { pushManager } = await navigator.serviceWorker.ready;
    let subscription = await pushManager.getSubscription();
    let old = "";
    if (subscription && !text(subscription).includes(key)) {
      old = text(subscription); // for a key that the shop has changed since
      await subscription.unsubscribe();
      subscription = null;
    }
    subscription ||= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    if (old) await move(old, text(subscription));
    // For the worker, should the push service give this device another address.
    const cache = await caches.open("order-status-push");
    await cache.put(root + "push/subscription", new Response(text(subscription)));
    return post("subscribe", text(subscription));
  }

  async function unsubscribe() {
    const subscription = await current(); // other orders may need it: it is only said that this one does not
    return subscription ? post("unsubscribe", text(subscription)) : "off";
  }

  async function look() {
    if (Notification.permission === "denied") return "denied";
    const subscription = Notification.permission === "granted" && (await current());
    return subscription ? post("ask", text(subscription)) : "off";
  }

  async function run(what) {
    isBusy = true;
    show();
    let next = "failed";
    try {
      next = await what();
    } catch (error) {
      console.warn("notifications:", error);
    }
    isBusy = false;
    now(next);
  }

  if (!canDo) {
    if (!isApple || navigator.standalone) return;
    // Only an app on the Home Screen may have notifications there.
    const href = root + "push/" + link + "/app.webmanifest" + location.search;
    document.head.append(Object.assign(document.createElement("link"), { rel: "manifest", href }));
    now("home");
  } else run(look);

  document.addEventListener("click", (event) => {
    const button = event.target.closest("#push button");
    if (!button || isBusy) return;
    isAsked = true;
    run(state === "on" ? unsubscribe : subscribe);
  });
  const options = { subtree: true, childList: true, attributes: true, attributeFilter: ["hidden", "aria-pressed", "aria-busy", "role"] };
  new MutationObserver(show).observe(document.getElementById("order"), options);
})();
