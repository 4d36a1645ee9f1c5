/* A video or a map of somebody else, for who asks for it: before the click nobody but the shop is asked.
 * The frame stands in a shadow tree, so that the page around it, which is brought up to date while it plays, stays as
 * the server wrote it.
 *
 *   <order-embed data-src="https://…" data-referrer="no-referrer"><p><button>Load it</button></p><p slot="link">…</p>
 */
"use strict";
customElements.get("order-embed") ||
  customElements.define(
    "order-embed",
    class extends HTMLElement {
      static observedAttributes = ["data-src"];

      constructor() {
        super();
        this.addEventListener("click", (event) => event.target.closest("button") && this.load());
      }

      // An editor chose another one meanwhile: it is offered as the first was.
      attributeChangedCallback(name, before) {
        if (before && this.shadowRoot) this.shadowRoot.replaceChildren(document.createElement("slot"));
      }

      load() {
        const { src, referrer } = this.dataset;
        const address = new URL(src, location.href);
        if (address.protocol !== "https:") return;
        const frame = document.createElement("iframe");
        frame.title = this.parentElement.querySelector("h2").textContent;
        frame.referrerPolicy = referrer === "strict-origin" ? referrer : "no-referrer";
        frame.allow = "fullscreen; picture-in-picture";
        // A frame of our own origin that might do both could take the sandbox off.
        const isOther = address.origin !== location.origin;
        frame.setAttribute("sandbox", "allow-scripts allow-presentation" + (isOther ? " allow-same-origin" : ""));
        frame.setAttribute("part", "frame");
        frame.src = src;
        const link = document.createElement("slot");
        link.name = "link";
        (this.shadowRoot || this.attachShadow({ mode: "open" })).replaceChildren(frame, link);
        frame.focus();
      }
    },
  );
