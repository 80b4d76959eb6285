import { escapeHtml } from '../html/escape-html.ts'
import { type DataPage, writeDataPage, writeLink } from '../html/write-data-page.ts'
import type { CollectionDescription } from './describe-collection.ts'
import type { OgcFeature } from './feature.ts'
import { addParameters, type OgcLink } from './links.ts'

/** Where a page is: the landing page's address, and what people call its authority. */
interface Place {
  readonly root: string
  readonly authority: string
}

export function writeLandingHtml(place: Place, description: string, links: readonly OgcLink[]): string {
  const rows = links.filter(({ rel, type }) => rel !== 'self' && rel !== 'alternate' && isForPeople(type))
  return page(place, [], {
    title: nameOf(place),
    body: `<p>${escapeHtml(description)}</p><ul>${rows
      .map(({ href, title = href }) => `<li>${writeLink(href, title.replace(/ as a page$/, ''))}</li>`)
      .join('')}</ul>`,
    jsonHref: `${place.root}?f=json`,
  })
}

/** Of what is there both ways, the page. */
function isForPeople(type: string | undefined): boolean {
  return type === 'text/html' || type?.startsWith('application/vnd.oai') === true
}

export function writeConformanceHtml(place: Place, classes: readonly string[]): string {
  return page(place, [['What is kept to', 'conformance']], {
    title: 'What of the standard is kept to',
    body: `<ul>${classes.map((one) => `<li>${writeLink(one, one)}</li>`).join('')}</ul>`,
    jsonHref: `${place.root}/conformance?f=json`,
  })
}

export function writeCollectionsHtml(place: Place, collections: readonly CollectionDescription[]): string {
  return page(place, [COLLECTIONS], {
    title: 'Collections',
    body:
      collections.length === 0
        ? '<p>Nothing is published.</p>'
        : collections
            .map(
              ({ id, title, description }) =>
                `<h2>${writeLink(`${place.root}/collections/${id}?f=html`, title)}</h2><p>${escapeHtml(description)}</p>`,
            )
            .join('\n'),
    jsonHref: `${place.root}/collections?f=json`,
  })
}

export function writeCollectionHtml(
  place: Place,
  collection: CollectionDescription,
  { count, queryables }: { count: number; queryables: readonly string[] },
): string {
  const { id, title, description, attribution, delaySeconds, extent, links } = collection
  const path = `collections/${id}`
  const [first, last] = extent?.temporal?.interval[0] ?? []
  return page(place, [COLLECTIONS, [title, path]], {
    title,
    body: [
      `<p>${escapeHtml(description)}</p>`,
      `<p>${writeLink(`${place.root}/${path}/items?f=html`, `All ${count} of them`)}</p>`,
      writeList([
        ['Coordinates', 'Longitude and latitude in WGS 84 (CRS84)'],
        ['Bounding box', extent?.spatial?.bbox[0]?.join(', ')],
        ['Latest values are of', first && last ? `${first} to ${last}` : undefined],
        ['Told later by', delaySeconds === undefined ? undefined : `${delaySeconds} seconds at least`],
        ['Chosen by', ['bbox', 'datetime', 'limit', ...queryables].join(', ')],
      ]),
    ].join('\n'),
    licence: licenceOf(links),
    attribution,
    jsonHref: `${place.root}/${path}?f=json`,
  })
}

export function writeItemsHtml(
  place: Place,
  { id, title, attribution, links: terms }: CollectionDescription,
  {
    items,
    matched,
    links,
    self,
  }: { items: readonly OgcFeature[]; matched: number; links: readonly OgcLink[]; self: string },
): string {
  const path = `collections/${id}`
  const columns = chooseColumns(items)
  const next = links.find(({ rel }) => rel === 'next')
  const rows = items.map(
    (item) =>
      `<tr><th scope="row">${writeLink(`${place.root}/${path}/items/${encodeURIComponent(item.id)}?f=html`, item.id)}</th>${columns
        .map((name) => writeCell(item.properties[name]))
        .join('')}${writeCell(item.geometry?.coordinates.join(', '))}</tr>`,
  )
  const head = ['id', ...columns, 'longitude, latitude'].map(
    (name) => `<th scope="col">${escapeHtml(name)}</th>`,
  )
  return page(place, [COLLECTIONS, [title, path], ['Items', `${path}/items`]], {
    title: `${title}: items`,
    body: [
      '<div class="wide" tabindex="0" role="region" aria-label="Items">',
      `<table><caption>${items.length} of ${matched}</caption>`,
      `<thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('\n')}</tbody></table></div>`,
      ...(next ? [`<p>${writeLink(addParameters(next.href, { f: 'html' }), 'Next page', 'next')}</p>`] : []),
    ].join('\n'),
    licence: licenceOf(terms),
    attribution,
    jsonHref: addParameters(self, { f: 'json' }),
  })
}

export function writeItemHtml(
  place: Place,
  { id, title, attribution, links }: CollectionDescription,
  item: OgcFeature,
): string {
  const path = `collections/${id}`
  const own = `${path}/items/${encodeURIComponent(item.id)}`
  return page(place, [COLLECTIONS, [title, path], ['Items', `${path}/items`], [item.id, own]], {
    title: typeof item.properties['name'] === 'string' ? item.properties['name'] : item.id,
    body: writeList([
      ['Longitude, latitude', item.geometry?.coordinates.join(', ')],
      ...Object.entries(item.properties).map(([name, value]) => [name, textOf(value)] as const),
    ]),
    licence: licenceOf(links),
    attribution,
    jsonHref: `${place.root}/${own}?f=json`,
  })
}

const COLLECTIONS = ['Collections', 'collections'] as const
/** Of what has more, the table shows these; the item's own page shows all. */
const COLUMNS_MAX = 12

function page(
  place: Place,
  path: readonly (readonly [title: string, path: string])[],
  rest: Omit<DataPage, 'path'>,
): string {
  const steps = path.map(([title, step]) => ({ title, href: `${place.root}/${step}?f=html` }))
  return writeDataPage({ path: [{ title: nameOf(place), href: `${place.root}?f=html` }, ...steps], ...rest })
}

function nameOf({ authority }: Place): string {
  return `Open data of ${authority}`
}

function licenceOf(links: readonly OgcLink[]): string | undefined {
  return links.find(({ rel }) => rel === 'license')?.href
}

function chooseColumns(items: readonly OgcFeature[]): string[] {
  const names = new Set(items.flatMap(({ properties }) => Object.keys(properties)))
  return [...names].slice(0, COLUMNS_MAX)
}

function writeCell(value: unknown): string {
  return typeof value === 'number'
    ? `<td class="number">${value}</td>`
    : `<td>${escapeHtml(textOf(value) ?? '')}</td>`
}

function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function writeList(rows: readonly (readonly [string, string | undefined])[]): string {
  const told = rows.flatMap(([name, text]) =>
    text === undefined || text === '' ? [] : [`<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`],
  )
  return told.length === 0 ? '' : `<dl>${told.join('')}</dl>`
}
