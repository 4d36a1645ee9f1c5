/* Shows notifications of orders, and opens the order's page on a click. It has no "fetch": no request passes here. */
"use strict";
const KEPT = new URL("push/subscription", self.registration.scope).href; // written by push.js

addEventListener("install", () => skipWaiting());

async function show(said) {
  const before = await registration.getNotifications({ tag: said.tag });
  await registration.showNotification(said.title, {
    body: said.body,
    lang: said.lang,
    tag: said.tag,
    renotify: !before.some((each) => each.data.id === said.id), // the same one again is no news
    data: { url: said.url, id: said.id },
  });
}

addEventListener("push", (event) => {
  if (event.data) event.waitUntil(show(event.data.json()));
});

async function open(path) {
  const page = new URL(path, self.registration.scope);
  const url = page.href.startsWith(self.registration.scope) ? page.href : self.registration.scope;
  const bare = (address) => new URL(address).pathname.replace(/\/$/, "");
  for (const each of await clients.matchAll({ type: "window", includeUncontrolled: true })) {
    if (bare(each.url) === bare(url)) return each.focus();
  }
  return clients.openWindow(url);
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data.url));
});

async function move(event) {
  const cache = await caches.open("order-status-push");
  const answer = await cache.match(KEPT);
  if (!answer) return;
  const old = await answer.text();
  const { sender } = JSON.parse(old);
  const fresh =
    event.newSubscription ||
    (await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: sender }));
  const now = JSON.stringify({ ...fresh.toJSON(), sender });
  const body = new URLSearchParams({ old, new: now });
  const told = await fetch(new URL("push/moved/", self.registration.scope), { method: "POST", body });
  if (told.ok) await cache.put(KEPT, new Response(now));
}

addEventListener("pushsubscriptionchange", (event) => event.waitUntil(move(event)));
