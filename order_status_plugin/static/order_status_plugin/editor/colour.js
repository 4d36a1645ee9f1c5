/* A colour is written as text; the swatch beside it shows it, and picks another. */
(() => {
  const partOf = (target, other) => target.parentElement?.querySelector(other);
  document.addEventListener("input", (event) => {
    const { target } = event;
    if (target.matches?.("[data-order-colour]")) {
      const text = partOf(target, "input[type=text]");
      text.value = target.value;
      text.dispatchEvent(new Event("change", { bubbles: true }));
    } else {
      const swatch = partOf(target, "[data-order-colour]");
      if (swatch && swatch !== target && /^#[0-9a-f]{6}$/i.test(target.value)) swatch.value = target.value;
    }
  });
})();
