/* The picker of placeholders under editors' fields: a disclosure with one button a placeholder. */
(() => {
  const data = JSON.parse(document.getElementById("order-placeholders").textContent);
  /* A word that stands before keeps its distance. */
  const spaced = (before, text) => (/[\p{L}\p{N},.;:!?}]$/u.test(before) ? ` ${text}` : text);

  /* For an <input>: a Stimulus controller, so that blocks which are added later have it too. */
  class Picker extends window.StimulusModule.Controller {
    connect() {
      if (this.element.nextElementSibling?.matches(".order-placeholders")) return;
      const input = this.element, box = document.createElement("details");
      box.className = "order-placeholders";
      const head = box.appendChild(document.createElement("summary"));
      head.textContent = data.title;
      const help = box.appendChild(document.createElement("p"));
      help.textContent = data.help;
      const list = box.appendChild(document.createElement("ul"));
      for (const row of data.rows) {
        const button = list.appendChild(document.createElement("li")).appendChild(document.createElement("button"));
        button.type = "button";
        button.title = `${row.text} – ${row.tier}`;
        if (row.is_private) button.className = "is-private";
        button.append(row.label, " ");
        button.appendChild(document.createElement("span")).textContent = row.example;
        button.addEventListener("click", () => {
          const at = input.selectionStart ?? input.value.length;
          input.setRangeText(spaced(input.value.slice(0, at), row.text), at, input.selectionEnd ?? at, "end");
          input.dispatchEvent(new Event("input", { bubbles: true }));
          input.dispatchEvent(new Event("change", { bubbles: true }));
          input.focus();
        });
      }
      input.after(box);
    }
  }
  window.wagtail.app.register("order-placeholder", Picker);

  /* For rich text: a control of Draftail's, below the text. */
  const h = window.React.createElement;
  const Control = ({ getEditorState, onChange }) => {
    const insert = (row) => {
      const { EditorState, Modifier } = window.DraftJS;
      let state = getEditorState(), at = state.getSelection();
      if (!at.getHasFocus() && at.isCollapsed() && !at.getStartOffset()) {
        state = EditorState.moveSelectionToEnd(state); // nobody has been in there yet
        at = state.getSelection();
      }
      const before = state.getCurrentContent().getBlockForKey(at.getStartKey()).getText().slice(0, at.getStartOffset());
      const content = Modifier.replaceText(
        state.getCurrentContent(), at, spaced(before, row.text), state.getCurrentInlineStyle(),
      );
      const next = EditorState.push(state, content, "insert-characters");
      onChange(EditorState.forceSelection(next, content.getSelectionAfter()));
    };
    return h("details", { className: "order-placeholders" },
      h("summary", null, data.title),
      h("p", null, data.help),
      h("ul", null, data.rows.map((row) => h("li", { key: row.text },
        h("button", {
          type: "button",
          title: `${row.text} – ${row.tier}`,
          className: row.is_private ? "is-private" : null,
          onClick: () => insert(row),
        }, row.label, " ", h("span", null, row.example))))));
  };
  window.draftail?.registerPlugin({ type: "order-placeholder", meta: Control }, "controls");
})();
