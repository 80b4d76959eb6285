import { fillText, type Language, textsFor } from '../texts/texts-for.ts'

/** The one style of pages that stand in other pages; a policy may know it by its hash. */
export const WIDGET_STYLE = `
:root { color-scheme: light dark; font: 1rem/1.4 system-ui, sans-serif;
  color: light-dark(#1b1b1b, #f2f2f2); background: light-dark(#fff, #1b1b1b); }
body { margin: 0; padding: .75rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.1rem; }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .3rem .5rem .3rem 0; text-align: start; vertical-align: top;
  border-bottom: 1px solid light-dark(#ccc, #555); }
td:last-child, thead th:last-child { padding-inline-end: 0; text-align: end; white-space: nowrap; }
ul { margin: 0; padding: 0; list-style: none; }
li { padding: .3rem 0; border-bottom: 1px solid light-dark(#ccc, #555); }
small { display: block; color: light-dark(#555, #bbb); }
a { color: light-dark(#0b57a4, #9ecbff); }
`

export interface WidgetPage {
  readonly title: string
  readonly language: Language
  /** HTML. */
  readonly content: string
  /** As it is told, such as 12:00. */
  readonly updatedAt: string
  readonly licence?: string | undefined
  readonly attribution?: string | undefined
}

/** A page for a frame in somebody's page, without a script. */
export function writeWidgetPage({
  title,
  language,
  content,
  updatedAt,
  licence,
  attribution,
}: WidgetPage): string {
  const texts = textsFor(language)
  const small = [
    escapeHtml(fillText(texts.updatedAt, { time: updatedAt })),
    ...(attribution === undefined ? [] : [escapeHtml(fillText(texts.source, { attribution }))]),
    ...(licence === undefined
      ? []
      : [`<a href="${escapeHtml(licence)}" rel="license" target="_blank">${escapeHtml(texts.licence)}</a>`]),
  ]
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${WIDGET_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${content}
${small.map((line) => `<small>${line}</small>`).join('\n')}
</main>
</body>
</html>
`
}

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
