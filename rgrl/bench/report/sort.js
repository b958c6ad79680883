"use strict";

// Sorts a table by a column: numbers by their value, names by theirs, empty cells last whatever the order.
function sortBy(header) {
  const row = header.parentElement;
  const table = header.closest("table");
  const body = table.tBodies[0];
  const column = Array.prototype.indexOf.call(row.children, header);
  const before = header.getAttribute("aria-sort");
  const other = { ascending: "descending", descending: "ascending" };
  const order = other[before] || header.dataset.first;
  const sign = order === "ascending" ? 1 : -1;
  const value = (tr) => tr.children[column].dataset.value;
  const byName = column === 0;
  const rows = Array.from(body.rows);
  rows.sort((a, b) => {
    const [first, second] = [value(a), value(b)];
    if (first === undefined || second === undefined) {
      return (first === undefined) - (second === undefined);
    }
    return sign * (byName ? first.localeCompare(second) : Number(first) - Number(second));
  });
  for (const each of row.children) {
    each.setAttribute("aria-sort", each === header ? order : "none");
  }
  body.append(...rows);
}

for (const button of document.querySelectorAll("table.sortable thead button")) {
  button.addEventListener("click", () => sortBy(button.closest("th")));
}

// The reader's choice of light or dark, in the place of the system's.
const root = document.documentElement;
const toggle = document.getElementById("theme");
const dark = () =>
  root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
function sayTheme() {
  toggle.setAttribute("aria-pressed", String(dark()));
}
toggle.hidden = false;
toggle.addEventListener("click", () => {
  root.dataset.theme = dark() ? "light" : "dark";
  sayTheme();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", sayTheme);
sayTheme();

// On paper nothing can be opened.
let closed = [];
addEventListener("beforeprint", () => {
  closed = Array.from(document.querySelectorAll("details:not([open])"));
  closed.forEach((each) => { each.open = true; });
});
addEventListener("afterprint", () => {
  closed.forEach((each) => { each.open = false; });
});
