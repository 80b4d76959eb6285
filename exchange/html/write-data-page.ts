import { escapeHtml } from './escape-html.ts'

/** Of the pages' one style element, for whoever serves them to allow by its hash. */
export const DATA_PAGE_STYLE = `
:root { color-scheme: light dark; --ink: #16191d; --ground: #fff; --quiet: #545c66; --line: #c9ced6; --link: #0b57a4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --ground: #15181c; --quiet: #a9b1bc; --line: #434a54; --link: #8ab8ff; } }
body { font: 1rem/1.5 system-ui, "Liberation Sans", Arial, sans-serif; color: var(--ink); background: var(--ground); margin: 0 auto; max-width: 72rem; padding: 1rem; }
a { color: var(--link); }
nav ol { display: flex; flex-wrap: wrap; gap: 0.25rem 0.75rem; list-style: none; margin: 0 0 1rem; padding: 0; }
nav li + li::before { content: "/"; color: var(--quiet); margin-right: 0.75rem; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 0.5rem; }
h2 { font-size: 1.2rem; margin: 1.5rem 0 0.25rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
caption { text-align: left; color: var(--quiet); padding-bottom: 0.25rem; }
th, td { border-bottom: 1px solid var(--line); padding: 0.3rem 0.8rem 0.3rem 0; text-align: left; vertical-align: top; overflow-wrap: break-word; }
td.number { font-variant-numeric: tabular-nums; }
dl { display: grid; grid-template-columns: minmax(8rem, max-content) 1fr; gap: 0.25rem 1rem; }
dt { color: var(--quiet); }
dd { margin: 0; overflow-wrap: anywhere; }
footer { border-top: 1px solid var(--line); color: var(--quiet); margin-top: 2rem; padding-top: 0.5rem; }
`

export interface DataPage {
  readonly title: string
  /** From the outermost page on; the last is the page itself and no link. */
  readonly path: readonly { readonly title: string; readonly href: string }[]
  /** HTML. */
  readonly body: string
  /** Of the data that is on the page. */
  readonly licence?: string | undefined
  readonly attribution?: string | undefined
  /** Where the same is for programs. */
  readonly jsonHref: string
}

/** A page of published data for people: without scripts, and without anything from elsewhere. */
export function writeDataPage({ title, path, body, licence, attribution, jsonHref }: DataPage): string {
  const place = path.map(({ title, href }, index) =>
    index === path.length - 1
      ? `<li><span aria-current="page">${escapeHtml(title)}</span></li>`
      : `<li>${writeLink(href, title)}</li>`,
  )
  const terms = [
    ...(attribution === undefined ? [] : [`Source: ${escapeHtml(attribution)}.`]),
    ...(licence === undefined ? [] : [`Licence: ${writeLink(licence, licence, 'license')}.`]),
    `The same ${writeLink(jsonHref, 'as JSON', 'alternate')}.`,
  ]
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title>`,
    `<style>${DATA_PAGE_STYLE}</style></head>`,
    '<body>',
    `<header><nav aria-label="Where this is"><ol>${place.join('')}</ol></nav></header>`,
    `<main><h1>${escapeHtml(title)}</h1>`,
    body,
    '</main>',
    `<footer><p>${terms.join(' ')}</p></footer>`,
    '</body>',
    '</html>',
    '',
  ].join('\n')
}

export function writeLink(href: string, text: string, rel?: string): string {
  return `<a href="${escapeHtml(href)}"${rel === undefined ? '' : ` rel="${rel}"`}>${escapeHtml(text)}</a>`
}
