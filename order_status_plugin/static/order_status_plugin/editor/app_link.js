// A frame of the dashboard may open no window of its own: the dashboard does it, when it is asked.
(() => {
  const link = document.querySelector("a[data-dashboard]");
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const payload = { actionId: crypto.randomUUID(), to: link.href, newContext: true };
    window.parent.postMessage({ type: "redirect", payload }, link.dataset.dashboard);
  });
})();
