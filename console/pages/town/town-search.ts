import { element, replaceChildren } from '../../elements.ts'
import { LAYER_TITLES, summarise } from './describe-thing.ts'
import type { Thing } from './live-town.ts'

const FOUND_MAX = 8

/** Finds a device or a stop by a part of its id or its name. */
export function createTownSearch({
  find,
  href,
}: {
  /** All that could be found. */
  find: () => Iterable<Thing>
  href: (thing: Thing) => string
}): HTMLElement {
  const input = element('input', {
    id: 'town-search',
    type: 'search',
    autocomplete: 'off',
    placeholder: 'Name or id',
    oninput: show,
  })
  const results = element('ul', { class: 'search-results' })
  const said = element('p', { class: 'visually-hidden', role: 'status' })
  return element(
    'search',
    { class: 'town-search' },
    element('label', { for: 'town-search' }, 'Find a device or stop'),
    input,
    said,
    results,
  )

  function show(): void {
    const wanted = input.value.trim().toLowerCase()
    const found = wanted === '' ? [] : search(find(), wanted)
    said.textContent = wanted === '' ? '' : found.length === 0 ? 'Nothing found' : `${found.length} found`
    replaceChildren(
      results,
      wanted !== '' &&
        found.length === 0 &&
        element('li', { class: 'hint' }, 'Nothing has this in its name or id.'),
      found.map((thing) =>
        element(
          'li',
          {},
          element(
            'a',
            { href: href(thing), onclick: clear },
            element('span', {}, thing.name),
            element('span', { class: 'hint' }, `${LAYER_TITLES[thing.layer].one}, ${summarise(thing)}`),
          ),
        ),
      ),
    )
  }

  function clear(): void {
    input.value = ''
    show()
  }
}

function search(things: Iterable<Thing>, wanted: string): Thing[] {
  const found: Thing[] = []
  for (const thing of things) {
    if (!thing.id.toLowerCase().includes(wanted) && !thing.name.toLowerCase().includes(wanted)) continue
    found.push(thing)
    if (found.length === FOUND_MAX) break
  }
  return found
}
