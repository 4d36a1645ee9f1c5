/* An order's public picture inside any page of the shop: no framework, no inline style or script, nobody else asked.
 *
 *   <script src="https://shop.example/static/order_status_plugin/order-status.js" defer></script>
 *   <order-status src="https://shop.example/orders/…/"></order-status>
 *
 * Attributes: src, the address of the order's page; lang, a language of the shop. Custom properties as on the page:
 * --os-accent, --os-ink, --os-muted, --os-line, --os-surface, --os-good, --os-warn, --os-radius, --os-font.
 * Parts: card, headline, count, step, parcel, link. It sends "order-status" with the JSON whenever that is read.
 */
"use strict";
customElements.get("order-status") ||
  (() => {
    const AGAIN = 60e3; // milliseconds between two looks, while somebody may be looking
    const ENDED = ["delivered", "returned", "cancelled", "refunded"];
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`
      :host { display: block; font: 1rem/1.5 var(--os-font, system-ui, sans-serif); color: var(--os-ink, #14171a); color-scheme: light dark; }
      :host([hidden]) { display: none; }
      * { box-sizing: border-box; }
      .card { padding: clamp(1rem, 4vw, 1.5rem); border: 1px solid var(--os-line, #e1e4e7); border-radius: var(--os-radius, 1rem); background: var(--os-surface, #fff); overflow-wrap: break-word; --tone: var(--os-accent, #0b62a8); }
      [data-tone=good] { --tone: var(--os-good, #17703f); }
      [data-tone=warn] { --tone: var(--os-warn, #a04500); }
      h2, h3, p, ol, ul { margin: 0; padding: 0; }
      ol, ul { list-style: none; }
      h2 { font-size: 1.375rem; line-height: 1.25; font-weight: 620; text-wrap: balance; }
      h2 span { color: var(--tone); }
      h3 { font-size: 1rem; font-weight: 600; color: var(--tone); }
      p, .quiet { color: var(--os-muted, #59626a); }
      .steps { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.5rem, 1fr)); gap: .75rem; margin-block: 1.25rem; }
      .steps li { padding-block-start: .5rem; border-block-start: 4px solid var(--os-line, #e1e4e7); font-size: .875rem; line-height: 1.3; }
      .steps .done, .steps .now { border-color: var(--tone); }
      .steps .now { font-weight: 600; }
      .steps small { display: block; font-size: .8125rem; font-weight: 400; color: var(--os-muted, #59626a); }
      .parcels > li { padding-block: .875rem; border-block-start: 1px solid var(--os-line, #e1e4e7); }
      a { display: inline-block; margin-block-start: .75rem; padding-block: .25rem; color: var(--os-accent, #0b62a8); text-underline-offset: .2em; }
      a:focus-visible { outline: 3px solid currentColor; outline-offset: 3px; border-radius: 2px; }
      @media (prefers-color-scheme: dark) {
        :host { color: var(--os-ink, #eceef0); }
        .card { border-color: var(--os-line, #282d31); background: var(--os-surface, #15181b); --tone: var(--os-accent, #74b8f3); }
        [data-tone=good] { --tone: var(--os-good, #66cb90); }
        [data-tone=warn] { --tone: var(--os-warn, #efb45f); }
        p, .quiet, .steps small { color: var(--os-muted, #9ea7af); }
        .steps li, .parcels > li { border-color: var(--os-line, #282d31); }
        .steps .done, .steps .now { border-color: var(--tone); }
        a { color: var(--os-accent, #74b8f3); }
      }
    `);

    const make = (name, part, ...inside) => {
      const element = document.createElement(name);
      if (part) element.setAttribute("part", (element.className = part));
      element.append(...inside.filter(Boolean));
      return element;
    };

    const step = (each) => {
      const when = each.when ? [each.note, each.when.day].filter(Boolean).join(" ") : "";
      const item = make("li", "", each.name, when && make("small", "", when));
      item.setAttribute("part", "step");
      item.className = each.state;
      if (each.state === "now") item.setAttribute("aria-current", "step");
      return item;
    };

    const parcel = (each) => {
      const expected = each.window && [each.window.label, each.window.day, each.window.hours].filter(Boolean).join(" ");
      const lines = [each.line, expected, each.next_step && each.next_step.title].filter(Boolean);
      const words = lines.map((line) => make("p", "", line));
      const item = make("li", "parcel", make("p", "", each.kicker), make("h3", "", each.state), ...words);
      item.dataset.parcelStatus = each.status;
      item.dataset.overlay = each.overlay || "";
      item.dataset.tone = each.tone;
      return item;
    };

    customElements.define(
      "order-status",
      class extends HTMLElement {
        static observedAttributes = ["src", "lang"];

        constructor() {
          super();
          this.attachShadow({ mode: "open" }).adoptedStyleSheets = [sheet];
          this.look = () => document.hidden || this.read();
        }

        connectedCallback() {
          document.addEventListener("visibilitychange", this.look);
          this.read();
        }

        disconnectedCallback() {
          document.removeEventListener("visibilitychange", this.look);
          clearTimeout(this.timer);
        }

        attributeChangedCallback(name, before, now) {
          if (this.isConnected && before !== now) this.read();
        }

        async read() {
          clearTimeout(this.timer);
          const asked = (this.asked = {}); // a later look is the one that counts
          try {
            const page = new URL(this.getAttribute("src") || "", document.baseURI);
            if (!/^https?:$/.test(page.protocol)) return;
            const address = new URL("order.json", page.href.replace(/[?#].*$/, "").replace(/\/?$/, "/"));
            if (this.lang) address.searchParams.set("lang", this.lang);
            const answer = await fetch(address, { credentials: "omit", referrerPolicy: "no-referrer" });
            if (asked !== this.asked) return;
            // A link that was ended shows nothing; a server that has a bad moment leaves what was shown.
            if (answer.status === 404) return this.shadowRoot.replaceChildren();
            if (answer.ok) this.show(await answer.json(), page);
          } catch {
            // Offline: what was shown stays.
          }
          const isOver = this.dataset.orderStatus && ENDED.includes(this.dataset.orderStatus);
          if (asked === this.asked && this.isConnected && !isOver) this.timer = setTimeout(this.look, AGAIN);
        }

        show(told, page) {
          const { order, label } = told;
          const target = new URL(told.url, page);
          const isNews = this.version !== undefined && this.version !== order.version;
          this.version = order.version;
          this.dataset.orderStatus = order.headline;
          const headline = make("h2", "headline", make("span", "", order.word), order.promise && " " + order.promise);
          const count = [order.count, order.rest].filter(Boolean).join(" ");
          const link = make("a", "link", label);
          link.href = /^https?:$/.test(target.protocol) ? target : page;
          const card = make(
            "section",
            "card",
            make("p", "", order.over),
            headline,
            count && make("p", "count", count),
            order.rail.length && make("ol", "steps", ...order.rail.map(step)),
            order.parcels.length && make("ul", "parcels", ...order.parcels.map(parcel)),
            link,
          );
          card.dataset.tone = order.tone;
          card.lang = order.language;
          card.dir = order.is_rtl ? "rtl" : "ltr";
          headline.id = "headline";
          card.setAttribute("aria-labelledby", "headline");
          if (isNews) headline.setAttribute("role", "status");
          this.shadowRoot.replaceChildren(card);
          this.dispatchEvent(new CustomEvent("order-status", { bubbles: true, composed: true, detail: told }));
        }
      },
    );
  })();
