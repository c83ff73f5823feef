import { html } from "ghtml";

/**
 * The Markdown of our own error pages as escaped HTML: headings, paragraphs, lists, fenced code, and in a line code,
 * bold and links. Nothing else is understood, and nothing becomes HTML that was not written here.
 * `linkTo` says where a link leads; null leaves its words alone.
 */
export function renderMarkdown(text: string, linkTo: (target: string) => string | null): string {
  const parts: string[] = [];
  const lines = text.split("\n");
  let at = 0;
  const take = (goesOn: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && goesOn(lines[at] ?? "")) at += 1;
    return lines.slice(from, at);
  };
  const said = (line: string): string => inline(line, linkTo);
  while (at < lines.length) {
    const line = lines[at] ?? "";
    const [, marks = "", heading = ""] = /^(#{1,2}) (.+)$/.exec(line) ?? [];
    if (line.trim() === "") at += 1;
    else if (marks !== "") {
      at += 1;
      parts.push(marks === "#" ? html`<h1>!${said(heading)}</h1>` : html`<h2>!${said(heading)}</h2>`);
    } else if (line.startsWith("```")) {
      at += 1;
      const code = take((one) => !one.startsWith("```")).join("\n");
      at += 1;
      parts.push(html`<pre tabindex="0"><code>${code}</code></pre>`);
    } else if (line.startsWith("- ")) {
      const items = take((one) => /^(?:- | {2})/.test(one))
        .join("\n")
        .replaceAll(/\n {2,}/g, " ")
        .split("\n");
      parts.push(html`<ul>!${items.map((one) => html`<li>!${said(one.slice(2))}</li>`)}</ul>`);
    } else {
      const paragraph = take((one) => one.trim() !== "" && !/^(?:#|```|- )/.test(one));
      if (paragraph.length === 0) at += 1;
      parts.push(html`<p>!${said(paragraph.join(" "))}</p>`);
    }
  }
  return parts.join("\n");
}

const marked = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)]+)\)/g;

function inline(text: string, linkTo: (target: string) => string | null): string {
  let written = "";
  let from = 0;
  for (const match of text.matchAll(marked)) {
    const [whole, code, bold, words = "", target = ""] = match;
    written += html`${text.slice(from, match.index)}`;
    from = match.index + whole.length;
    if (code !== undefined) written += html`<code>${code}</code>`;
    else if (bold !== undefined) written += html`<strong>${bold}</strong>`;
    else {
      const href = linkTo(target);
      written += href === null ? html`${words}` : html`<a href="${href}">${words}</a>`;
    }
  }
  return written + html`${text.slice(from)}`;
}
