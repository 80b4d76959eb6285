/** What an element may hold: text, elements by their names, or a list of elements that are named for one of what the list is. */
export type XmlValue =
  | string
  | number
  | boolean
  | null
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue }

/** XML 1.0 has no way to write these (section 2.2), nor half of a surrogate pair. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go.
const FORBIDDEN = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g

/**
 * A document as the GeoReport API writes its answers: a list is an element with a child for each item, which is called
 * `itemName` at the root, and below it what the list is called without its last letter. Null is an empty element.
 */
export function writeXml(rootName: string, value: XmlValue, itemName?: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeElement(rootName, value, itemName)}\n`
}

function writeElement(name: string, value: XmlValue, itemName = name.slice(0, -1)): string {
  return `<${name}>${writeContent(value, itemName)}</${name}>`
}

function writeContent(value: XmlValue, itemName: string): string {
  if (value === null) return ''
  if (typeof value !== 'object') return escapeText(String(value))
  if (Array.isArray(value)) return value.map((item: XmlValue) => writeElement(itemName, item)).join('')
  return Object.entries(value)
    .map(([name, child]) => writeElement(name, child))
    .join('')
}

function escapeText(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(FORBIDDEN, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;')
}
