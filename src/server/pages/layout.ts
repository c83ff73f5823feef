import { html } from "ghtml";

/** What stands around the content of a page. */
export interface Frame {
  /** BCP 47. */
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly title: string;
  /** Whose page it is; the logo is a `data:` address. */
  readonly brand: { readonly name: string; readonly logo: string | null };
  /** Paths of style sheets, ours first. */
  readonly styles: readonly string[];
  /** Paths of scripts; each is a module. */
  readonly scripts: readonly string[];
  /** HTML that is escaped already: the inside of `<main>`. */
  readonly content: string;
}

/** A whole HTML document. */
export function layout(frame: Frame): string {
  const { brand } = frame;
  return html`<!doctype html>
<html lang="${frame.language}" dir="${frame.direction}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="format-detection" content="telephone=no">
<title>${frame.title}</title>
<link rel="icon" href="data:,">
!${frame.styles.map((path) => html`<link rel="stylesheet" href="${path}">`)}
!${frame.scripts.map((path) => html`<script type="module" src="${path}"></script>`)}
</head>
<body>
<div class="frame">
<header class="brand">
!${brand.logo === null ? html`<span>${brand.name}</span>` : html`<img src="${brand.logo}" alt="${brand.name}">`}
</header>
<main class="card">
!${frame.content}
</main>
</div>
</body>
</html>
`;
}
