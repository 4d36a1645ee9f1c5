// The slider says its moment while it moves, and shows the page when it is let go.
for (const form of document.querySelectorAll("[data-past]")) {
  const slider = form.querySelector("input[type=range]");
  const moments = [...form.querySelectorAll("[data-past-moments] li")].map((each) => each.textContent);
  slider.addEventListener("input", () => {
    form.querySelector("output").value = moments[slider.value];
    slider.setAttribute("aria-valuetext", moments[slider.value]);
  });
  slider.addEventListener("change", () => form.requestSubmit());
}
