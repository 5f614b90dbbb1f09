(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);

  // A page that nobody renews any more must not go on saying that the stock is fresh.
  const age = Date.now() - Date.parse(byId("made").dateTime);
  if (age > 12 * 3600 * 1000) byId("old").hidden = false;

  // The filter: every row whose text holds every word.
  const search = byId("search");
  const field = byId("filter");
  const output = search.querySelector("output");
  const rows = [...document.querySelectorAll("table.filtered tbody tr")];
  const plain = (text) => text.toLocaleLowerCase().replaceAll("ё", "е");
  const texts = rows.map((row) => plain(row.textContent));
  const filter = () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    let found = 0;
    rows.forEach((row, index) => {
      const fits = words.every((word) => texts[index].includes(word));
      row.hidden = !fits;
      if (fits) found += 1;
    });
    output.textContent = words.length ? `${search.dataset.found} ${found}` : "";
  };
  field.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== field) {
      event.preventDefault();
      field.focus();
    } else if (event.key === "Escape" && document.activeElement === field) {
      field.value = "";
      filter();
    }
  });
  search.classList.add("ready");

  // Values on hover, at once; without this script the browser shows them after a moment.
  const tip = document.createElement("div");
  tip.id = "tip";
  tip.hidden = true;
  tip.setAttribute("aria-hidden", "true");
  document.body.append(tip);
  document.querySelectorAll(".spot").forEach((spot) => {
    const title = spot.querySelector("title");
    spot.addEventListener("pointerenter", () => {
      const text = title.textContent;
      title.textContent = "";
      tip.textContent = text;
      tip.hidden = false;
      const box = spot.getBoundingClientRect();
      const left = box.left + box.width / 2 - tip.offsetWidth / 2;
      tip.style.left = `${Math.max(4, Math.min(left, document.documentElement.clientWidth - tip.offsetWidth - 4))}px`;
      tip.style.top = `${Math.max(4, box.top - tip.offsetHeight - 6)}px`;
    });
    spot.addEventListener("pointerleave", () => {
      title.textContent = tip.textContent;
      tip.hidden = true;
    });
  });
})();
