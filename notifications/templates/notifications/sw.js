// Shows what is pushed while no page is open, and leads to it. It caches nothing and answers no request.
"use strict";

self.addEventListener("push", (event) => {
  const { title, url, id } = event.data.json();
  const shown = { tag: id, data: { url: url || "/notifications/" }, icon: "/favicon.ico" };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const there = new URL(event.notification.data.url, self.location.origin);
  if (there.origin !== self.location.origin) return;
  event.waitUntil(
    clients.matchAll({ type: "window" }).then((pages) => {
      const open = pages.find((page) => page.url === there.href);
      return open ? open.focus() : clients.openWindow(there.href);
    }),
  );
});
