// Makes pleasant what already works without it.
import { initAll } from "/static/vendor/govuk-frontend/govuk-frontend.min.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// A form is sent once, however often the glove taps.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent === "yes") {
    event.preventDefault();
    return;
  }
  if (form.method === "post") {
    form.dataset.sent = "yes";
    window.setTimeout(() => { form.dataset.sent = ""; }, 3000);
  }
});

// Enter in a result field goes to the next one; the last one sends the form.
document.addEventListener("keydown", (event) => {
  const field = event.target;
  const form = field.closest && field.closest("form[data-enter-moves]");
  if (!form || event.key !== "Enter" || !field.matches("input, select")) return;
  const inputs = [...form.querySelectorAll("input:not([type=hidden]), select, textarea")];
  const next = inputs[inputs.indexOf(field) + 1];
  if (next) {
    event.preventDefault();
    next.focus();
    if (next.select) next.select();
  }
});
