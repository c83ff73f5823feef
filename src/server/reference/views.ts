import { html } from "ghtml";
import type { Schema } from "./document-types.ts";
import { examplesOf, sampleParameters } from "./examples.ts";
import type { Chapter, Operation, ProblemEntry, Reference, Success } from "./reference.ts";
import { fieldsPart, parametersPart, schemaName, typePart } from "./schema-view.ts";

export const docsPath = "/api/docs";

/** Escaped HTML: what stands at the side and what stands in the middle. */
export function page(reference: Reference, current: string, content: string): string {
  return html`<div class="reference">
<nav class="side" aria-label="API reference">
<p class="side-title"><a href="${docsPath}"!${marked(current === "")}>API reference</a></p>
<ul>
!${reference.chapters.map((chapter) => chapterLink(chapter, current))}
<li><a href="${docsPath}/schemas"!${marked(current === "schemas")}>Schemas</a></li>
<li><a href="/api/openapi.json">OpenAPI document</a></li>
</ul>
</nav>
<div class="pages">!${content}</div>
</div>`;
}

function marked(isCurrent: boolean): string {
  return isCurrent ? ' aria-current="page"' : "";
}

function chapterLink({ name, slug, operations }: Chapter, current: string): string {
  const inside =
    current === slug
      ? html`<ul class="inner">!${operations.map((one) => html`<li><a href="#${one.id}">${one.summary}</a></li>`)}</ul>`
      : "";
  return html`<li><a href="${docsPath}/${slug}"!${marked(current === slug)}>${name}</a>!${inside}</li>
`;
}

export function overviewContent(reference: Reference, origin: string): string {
  return html`<h1>API reference</h1>
<p class="lead">Version ${reference.version}. Every path stands below <code>${origin}${reference.base}</code>. Bodies are JSON in UTF-8.</p>
<h2>Keys</h2>
<p>Each call carries an API key: <code>Authorization: Bearer &lt;key&gt;</code>. The first one is printed when the server starts for the first time; <code>countersign keys create</code> makes more. What a key may do is said by its scopes.</p>
!${reference.chapters.map(
    ({ name, slug, description, operations }) => html`<h2><a href="${docsPath}/${slug}">${name}</a></h2>
<p>${description}</p>
<ul class="operations">
!${operations.map(
      ({
        id,
        method,
        path,
        summary,
      }) => html`<li><a href="${docsPath}/${slug}#${id}"><span class="method ${method.toLowerCase()}">${method}</span> <code>${path}</code></a> <span class="quiet">${summary}</span></li>
`,
    )}</ul>`,
  )}
<h2 id="problems">Problems of every call</h2>
<p>A refusal is a problem document (RFC 9457). Decide by its <code>code</code>. Each operation names its own; any of them can also meet these:</p>
!${problemsPart(reference.commonProblems)}`;
}

export function chapterContent(
  { name, description, operations }: Chapter,
  reference: Reference,
  origin: string,
): string {
  return html`<h1>${name}</h1>
<p class="lead">${description}</p>
<form class="key with-script" autocomplete="off"><div class="field"><label for="key">API key for “Try it”</label>
<input id="key" type="password" autocomplete="off" spellcheck="false" placeholder="cs_…" aria-describedby="key-note"></div>
<p class="quiet" id="key-note">It stays in the memory of this page and goes to this server only. What you try happens for real.</p></form>
!${operations.map((one) => operationPart(one, reference, origin))}`;
}

function operationPart(operation: Operation, { base, schemas }: Reference, origin: string): string {
  const { id, method, path, summary, description, scope, parameters, body, successes, problems } = operation;
  return html`<article id="${id}" class="operation" aria-labelledby="${id}-title">
<h2 id="${id}-title"><a href="#${id}">${summary}</a></h2>
<p class="path"><span class="method ${method.toLowerCase()}">${method}</span> <code>${base}${path}</code></p>
!${description === null ? "" : html`<p>!${inline(description)}</p>`}
!${scope === null ? "" : html`<p class="quiet">Scope <code>${scope}</code></p>`}
!${examplesPart(operation, origin, base)}
!${parameters.length === 0 ? "" : html`<h3>Parameters</h3>!${parametersPart(parameters)}`}
!${body === null ? "" : bodyPart(operation, schemas)}
<h3>Answers</h3>
<dl class="answers">!${successes.map(successPart)}</dl>
!${problems.length === 0 ? "" : problemsPart(problems)}
<p class="quiet">And the <a href="${docsPath}#problems">problems of every call</a>.</p>
!${tryPart(operation, base)}
</article>
`;
}

function bodyPart({ body }: Operation, schemas: Reference["schemas"]): string {
  const { $ref } = body?.schema ?? {};
  const schema = ($ref === undefined ? body?.schema : schemas[schemaName($ref)]) ?? {};
  const mayBeAbsent = body?.isRequired === true ? "" : html` <span class="type">may be left out</span>`;
  return html`<h3>Body!${mayBeAbsent}</h3>!${fieldsPart(schema)}`;
}

function successPart({ status, description, schema }: Success): string {
  const type = schema === null ? html`<span class="quiet">no body</span>` : typePart(schema);
  return html`<dt><span class="status ok">${status}</span></dt><dd>${description}. !${type}</dd>
`;
}

function problemsPart(problems: readonly ProblemEntry[]): string {
  return html`<dl class="answers">!${problems.map(
    ({
      code,
      status,
      title,
    }) => html`<dt><span class="status">${status}</span></dt><dd><a href="/errors/${code}"><code>${code}</code></a> ${title}</dd>
`,
  )}</dl>`;
}

/** Code between back-ticks, as descriptions have it. */
function inline(text: string): string {
  return text
    .split(/`([^`]+)`/)
    .map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : html`${part}`))
    .join("");
}

function examplesPart(operation: Operation, origin: string, base: string): string {
  return html`<div class="examples">!${examplesOf(operation, origin, base).map(
    (
      { language, code },
      index,
    ) => html`<details name="examples-${operation.id}"!${index === 0 ? " open" : ""}><summary>${language}</summary>
<div class="example"><pre><code>${code}</code></pre><button type="button" class="button plain with-script" data-copy><span>Copy</span><span class="seen-by-readers-only"> ${language} example</span></button></div></details>
`,
  )}</div>`;
}

function tryPart(operation: Operation, base: string): string {
  const { id, method, path, parameters, body } = operation;
  const shown = parameters.filter((one) => one.in !== "header");
  return html`<details class="try with-script"><summary>Try it</summary>
<form data-method="${method}" data-path="${base}${path}">
!${shown.map(
    (one) => html`<div class="field"><label for="${id}-${one.name}">${one.name}</label>
<input id="${id}-${one.name}" name="${one.name}" data-in="${one.in}" autocomplete="off" spellcheck="false"!${one.required === true ? " required" : ""} placeholder="${sampleParameters[one.name] ?? ""}"></div>
`,
  )}
!${body === null ? "" : html`<div class="field"><label for="${id}-body">Body</label><textarea id="${id}-body" name="body" rows="6" spellcheck="false">${JSON.stringify(body.example, null, 2)}</textarea></div>`}
<button class="button">Send</button>
<div class="result" role="status" aria-label="Answer"></div>
</form></details>`;
}

/** All of them on one page would be a long way to scroll, and more than a slow line should carry. */
export function schemasContent({ schemas }: Reference): string {
  return html`<h1>Schemas</h1>
<p class="lead">What goes in and comes out, each on a page of its own.</p>
<ul class="operations">
!${Object.keys(schemas).map(
    (name) => html`<li><a href="${docsPath}/schemas/${name}"><code>${name}</code></a></li>
`,
  )}</ul>`;
}

export function schemaContent(name: string, schema: Schema): string {
  return html`<h1>${name}</h1>
<p class="lead">Fields that are not named here are refused.</p>
<article id="${name}" class="operation" aria-label="${name}">
!${schema.description === undefined ? "" : html`<p>${schema.description}</p>`}
!${fieldsPart(schema)}</article>`;
}
