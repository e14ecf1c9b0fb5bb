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

// Enter in a result field goes to the next one that is shown; the last one sends the form.
// With Ctrl it sends the form from anywhere, so that one result among many is soon saved.
document.addEventListener("keydown", (event) => {
  const field = event.target;
  const form = field.closest && field.closest("form[data-enter-moves]");
  if (!form || event.key !== "Enter") return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    form.requestSubmit();
    return;
  }
  if (!field.matches("input, select")) return;
  const shown = [...form.querySelectorAll("input, select, textarea")].filter((each) =>
    !["hidden", "file"].includes(each.type) && each.checkVisibility());
  const same = (each) => each.type === "radio" && each.name === field.name;
  const next = shown.slice(shown.indexOf(field) + 1).find((each) => !same(each));
  if (next) {
    event.preventDefault();
    next.focus();
    if (next.select) next.select();
  } else if (field.matches("select")) {
    form.requestSubmit();
  }
});

// Where a code is scanned first, the scanner finds its field; where results are typed, the first
// empty box is ready. Not while something is wrong.
if (!document.querySelector(".govuk-error-summary")) {
  document.querySelector("form[data-focus-first] input:not([type=hidden])")?.focus();
  [...document.querySelectorAll("form[data-focus-empty] :is(input, select)")].find((each) =>
    !["hidden", "file"].includes(each.type) && !each.value && each.checkVisibility())
    ?.focus({ preventScroll: true });
}

// On a telephone the menu is wider than the screen: where one is stands in sight.
const here = document.querySelector(".masthead__nav [aria-current]");
const menu = here?.closest("ul");
if (menu) menu.scrollLeft = here.offsetLeft - menu.offsetLeft - (menu.clientWidth - here.offsetWidth) / 2;

// A table that is wider than the screen can be scrolled with the keyboard.
for (const wrap of document.querySelectorAll(".table-wrap:not([tabindex])")) {
  if (wrap.scrollWidth > wrap.clientWidth) {
    const title = wrap.querySelector("caption") ?? wrap.closest("section")?.querySelector("h2, h3");
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "group");
    wrap.setAttribute("aria-label", title?.textContent.trim() ?? document.title);
  }
}

// One tap enters the time of now, as the clock on the wall of the site shows it.
function wallTime() {
  const parts = new Intl.DateTimeFormat("sv-SE", {
    timeZone: document.body.dataset.zone, year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit",
  }).format(new Date());
  return parts.replace(" ", "T");
}

for (const field of document.querySelectorAll("input[type=datetime-local]")) {
  const button = document.createElement("button");
  const label = document.querySelector(`label[for="${field.id}"]`);
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary now";
  button.textContent = "Now";
  button.setAttribute("aria-label", `Now: ${label ? label.textContent.trim() : "this time"}`);
  button.addEventListener("click", () => { field.value = wallTime(); field.focus(); });
  field.after(button);
}
