export interface AtomFeed {
  /** An address or a name (IRI) that is this feed's for ever. */
  readonly id: string
  readonly title: string
  readonly language: string
  /** Where it is; undefined where nobody knows. */
  readonly selfUrl: string | undefined
  readonly author: string
  /** What it may be used for, and who is to be named. */
  readonly licence: string | undefined
  readonly rights: string | undefined
  /** In ms since 1970: when anything of it changed last. */
  readonly updatedTime: number
  readonly entries: readonly AtomEntry[]
}

export interface AtomEntry {
  readonly id: string
  readonly title: string
  readonly summary: string
  readonly url: string | undefined
  readonly categories: readonly string[]
  readonly updatedTime: number
}

/** A feed in the Atom Syndication Format (RFC 4287). */
export function writeAtom(feed: AtomFeed): string {
  const { id, title, language, selfUrl, author, licence, rights, updatedTime, entries } = feed
  const lines = [
    '<?xml version="1.0" encoding="utf-8"?>',
    `<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">`,
    element('id', id),
    element('title', title),
    element('updated', new Date(updatedTime).toISOString()),
    `<author>${element('name', author)}</author>`,
    ...(selfUrl === undefined ? [] : [link('self', selfUrl, 'application/atom+xml')]),
    ...(licence === undefined ? [] : [link('license', licence)]),
    ...(rights === undefined ? [] : [element('rights', rights)]),
    '<generator>Kerbside</generator>',
    ...entries.map(writeEntry),
    '</feed>',
  ]
  return `${lines.join('\n')}\n`
}

function writeEntry({ id, title, summary, url, categories, updatedTime }: AtomEntry): string {
  const lines = [
    '<entry>',
    element('id', id),
    element('title', title),
    element('updated', new Date(updatedTime).toISOString()),
    ...(url === undefined ? [] : [link('alternate', url)]),
    ...categories.map((term) => `<category term="${escapeXml(term)}"/>`),
    element('summary', summary),
    '</entry>',
  ]
  return lines.join('\n')
}

function element(name: string, text: string): string {
  return `<${name}>${escapeXml(text)}</${name}>`
}

function link(relation: string, address: string, type?: string): string {
  return `<link rel="${relation}"${type === undefined ? '' : ` type="${type}"`} href="${escapeXml(address)}"/>`
}

/** XML 1.0 has no way to write some characters (section 2.2), nor half of a surrogate pair. */
function escapeXml(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go.
      .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')
      .replaceAll(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
  )
}
