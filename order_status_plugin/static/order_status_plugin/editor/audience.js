/* The title of an audience says for whom something is: asked anew of the server whenever a condition changes. */
(() => {
  class Audience extends window.StimulusModule.Controller {
    connect() {
      this.prefix = this.element.name.replace(/-sentence$/, "");
      this.element.closest("[data-contentpath]").hidden = true;
      this.panel = this.element.closest("[data-panel]");
      this.title = this.panel?.querySelector("[data-panel-heading-text]");
      this.ask = () => { clearTimeout(this.later); this.later = setTimeout(() => this.tell(), 250); };
      for (const name of ["input", "change", "click"]) this.panel?.addEventListener(name, this.ask);
    }
    disconnect() {
      clearTimeout(this.later);
      for (const name of ["input", "change", "click"]) this.panel?.removeEventListener(name, this.ask);
    }
    async tell() {
      const body = new FormData(), form = this.element.form, of = `${this.prefix}-`;
      for (const [name, value] of new FormData(form)) if (name.startsWith(of)) body.append(name, value);
      body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
      body.append("prefix", this.prefix);
      const key = new URLSearchParams([...body].filter(([name]) => name !== "csrfmiddlewaretoken")).toString();
      if (key === this.key) return;
      const answer = await fetch(document.getElementById("order-audience").dataset.url, { method: "POST", body });
      if (!answer.ok) return;
      this.key = key;
      this.element.value = await answer.text();
      if (this.title) this.title.textContent = this.element.value;
    }
  }
  window.wagtail.app.register("order-audience", Audience);
  // Wagtail's controller of a field names the element of its block, which groups, our audience among them, call container.
  const group = window.wagtailStreamField?.blocks?.StructBlock?.prototype;
  if (group && !("element" in group)) {
    Object.defineProperty(group, "element", {
      configurable: true,
      get() { return this.container[0]; },
      set(value) { Object.defineProperty(this, "element", { value, writable: true }); },
    });
  }
})();
