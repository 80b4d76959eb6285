/** A link as of 17-069r4, 7.5 and RFC 8288. */
export interface OgcLink {
  readonly href: string
  readonly rel: string
  readonly type?: string
  readonly title?: string
}

export const JSON_TYPE = 'application/json'
export const GEO_JSON = 'application/geo+json'
export const HTML = 'text/html'
/** As IANA has it of OpenAPI 3.0. */
export const OPENAPI_TYPE = 'application/vnd.oai.openapi+json;version=3.0'

/**
 * A link of a relation to an address in the first of its types, and one to each other type; that to itself is `self`, and the
 * others are then `alternate`.
 */
export function linkEncodings(
  href: string,
  rel: string,
  title: string,
  types: readonly [string, ...string[]],
): OgcLink[] {
  return types.map((type, index) => ({
    href: addParameters(href, { f: type === HTML ? 'html' : 'json' }),
    rel: rel === 'self' && index > 0 ? 'alternate' : rel,
    type,
    title: type === HTML ? `${title} as a page` : title,
  }))
}

/** An address with these parameters instead of those of the same names; undefined takes one away. */
export function addParameters(
  href: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const [path = '', query = ''] = href.split('?', 2)
  const all = new URLSearchParams(query)
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) all.delete(name)
    else all.set(name, value)
  }
  return all.size === 0 ? path : `${path}?${all}`
}

/** What a landing page links to (17-069r4, 7.2). */
export function linkLandingPage(root: string, docs: string): OgcLink[] {
  return [
    ...linkEncodings(root, 'self', 'This page', [JSON_TYPE, HTML]),
    { href: `${root}/api`, rel: 'service-desc', type: OPENAPI_TYPE, title: 'The description of this API' },
    { href: docs, rel: 'service-doc', type: HTML, title: 'The description of all APIs, as a page' },
    ...linkEncodings(`${root}/conformance`, 'conformance', 'What of the standard is kept to', [
      JSON_TYPE,
      HTML,
    ]),
    ...linkEncodings(`${root}/collections`, 'data', 'The collections', [JSON_TYPE, HTML]),
  ]
}
