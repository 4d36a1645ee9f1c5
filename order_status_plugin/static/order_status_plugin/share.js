/* Sharing: the device's own dialogue where there is one, else a copy; without either, the link leads to the page about
 * sharing as it does without this script.
 *
 *   <a href="…/share/" data-share="/orders/<link>/" data-title="the shop" [data-copy="id of a field" data-done="Copied"]>
 *
 * And what the first view can do without: the switch for notifications comes when all else is there.
 */
"use strict";
addEventListener("load", () => {
  const push = document.getElementById("push");
  if (push) document.head.append(Object.assign(document.createElement("script"), { src: push.dataset.script }));
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-share]");
  if (!button || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const { share: path, title, copy, done } = button.dataset;
  const url = new URL(path, location.href).href;
  const said = copy && document.getElementById("shared");
  if (navigator.share) {
    event.preventDefault();
    try {
      await navigator.share({ title, url });
    } catch (error) {
      if (error.name !== "AbortError") location.href = button.href;
    }
  } else if (said) {
    event.preventDefault();
    const field = document.getElementById(copy);
    field.select();
    try {
      await navigator.clipboard.writeText(url);
      said.textContent = done;
    } catch {
      // The field is selected: a key press copies it.
    }
  }
});
