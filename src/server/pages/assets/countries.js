// Turns the list of countries into a field to search in. The list stays, hidden, and is what is sent.

const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** The countries whose name, code or calling code is what was typed; those that begin with it come first. */
function matching(countries, text) {
  const wanted = plain(text.trim());
  if (wanted === "") return countries;
  const digits = wanted.replace(/^(\+|00)/, "");
  if (/^\d+$/.test(digits)) return countries.filter((one) => one.code.slice(1).startsWith(digits));
  const isFirst = (one) => plain(one.name).startsWith(wanted) || one.value.toLowerCase() === wanted;
  const found = countries.filter((one) => plain(one.name).includes(wanted) || isFirst(one));
  return [...found.filter(isFirst), ...found.filter((one) => !isFirst(one))];
}

function itemOf(one, index) {
  const item = document.createElement("li");
  const code = document.createElement("bdi");
  item.id = `country-${index}`;
  item.setAttribute("role", "option");
  code.textContent = one.code;
  item.append(one.name, code);
  return item;
}

function noneItem(text) {
  const item = document.createElement("li");
  item.setAttribute("role", "option");
  item.setAttribute("aria-disabled", "true");
  item.textContent = text;
  return item;
}

/** A combobox with a list (WAI-ARIA APG): the focus stays in the field, the list shows what Enter would take. */
class Picker {
  constructor(select) {
    this.select = select;
    this.countries = [...select.options]
      .filter((option) => option.value !== "")
      .map(({ value, text, dataset }) => ({
        value,
        text,
        code: dataset.code,
        name: text.slice(0, text.lastIndexOf(" (")),
      }));
    this.shown = [];
    this.at = -1;
    this.build();
    this.listen();
    this.showChosen();
  }

  build() {
    const box = document.createElement("div");
    box.className = "picker";
    this.list = document.createElement("ul");
    this.list.id = "countries";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-labelledby", "country-label");
    this.input = document.createElement("input");
    const attributes = {
      id: "country-search",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      spellcheck: "false",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
    };
    for (const [name, value] of Object.entries(attributes)) this.input.setAttribute(name, value);
    document.querySelector("#country-label").htmlFor = this.input.id;
    this.select.hidden = true;
    box.append(this.input, this.list);
    this.select.after(box);
  }

  listen() {
    const { input, list } = this;
    input.addEventListener("click", () => {
      input.select();
      if (list.hidden) this.open(this.countries);
    });
    input.addEventListener("input", () => this.open(matching(this.countries, input.value)));
    input.addEventListener("blur", () => this.choose(list.hidden ? undefined : this.shown[this.at]));
    input.addEventListener("keydown", (event) => this.onKey(event));
    // Before the field loses its focus.
    list.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const chosen = this.shown[[...list.children].indexOf(event.target.closest("li"))];
      if (chosen !== undefined) this.choose(chosen);
    });
  }

  onKey(event) {
    const isClosed = this.list.hidden;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined && (isClosed || !["Enter", "Escape"].includes(event.key))) return;
    event.preventDefault();
    if (event.key === "Enter") this.choose(this.shown[this.at]);
    else if (event.key === "Escape") this.choose(undefined);
    else if (isClosed) this.open(this.countries);
    else if (this.shown.length > 0) this.mark((this.at + step + this.shown.length) % this.shown.length);
  }

  open(found) {
    this.shown = found;
    this.at = -1;
    const items = found.length > 0 ? found.map(itemOf) : [noneItem(this.select.dataset.none)];
    this.list.replaceChildren(...items);
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    const isAll = found === this.countries;
    this.mark(isAll ? found.findIndex((one) => one.value === this.select.value) : 0);
  }

  mark(next) {
    this.list.children[this.at]?.removeAttribute("aria-selected");
    this.at = next;
    const item = this.list.children[next];
    if (item === undefined || this.shown.length === 0)
      return this.input.removeAttribute("aria-activedescendant");
    item.setAttribute("aria-selected", "true");
    item.scrollIntoView({ block: "nearest" });
    this.input.setAttribute("aria-activedescendant", item.id);
  }

  choose(country) {
    if (country !== undefined) this.select.value = country.value;
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
    this.showChosen();
  }

  showChosen() {
    this.input.value = this.countries.find((one) => one.value === this.select.value)?.text ?? "";
  }
}

const select = document.querySelector("select#country");
if (select !== null) new Picker(select);
