import { element, hiddenText, replaceChildren } from '../../elements.ts'
import type { PageContext } from '../../page.ts'

/** What of `GET …/stops` is needed to find one. */
export interface Stop {
  readonly id: string
  readonly properties: {
    readonly name: string
    readonly code: string | null
    readonly platformCode: string | null
    readonly routes: readonly { readonly id: string; readonly shortName: string }[]
  }
}

/** Of a list that is looked through; the search narrows it. */
const LISTED_MAX = 60

/** A search for a stop, by its name, its code or a route. */
export function createStopPicker(
  { href }: PageContext,
  stops: readonly Stop[],
  stopsWithSigns: ReadonlySet<string>,
) {
  const input = element('input', {
    id: 'stop-search',
    type: 'search',
    autocomplete: 'off',
    placeholder: 'Name, code or route',
    oninput: () => show(),
  })
  const count = element('p', { class: 'hint', role: 'status' })
  const list = element('ul', { class: 'links stop-links' })
  let chosen: string | undefined
  show()
  return {
    element: element(
      'nav',
      { class: 'card stop-picker', 'aria-label': 'Stops' },
      element('div', { class: 'field' }, element('label', { for: 'stop-search' }, 'Find a stop'), input),
      count,
      list,
    ),
    choose(stop: string | undefined) {
      chosen = stop
      // The links stay, and with them the focus.
      for (const link of list.querySelectorAll('a')) {
        if (stop !== undefined && link.getAttribute('href') === href('departures', stop)) {
          link.setAttribute('aria-current', 'page')
        } else link.removeAttribute('aria-current')
      }
    },
  }

  function show(): void {
    const words = input.value.toLocaleLowerCase().split(/\s+/).filter(Boolean)
    const found = stops.filter((stop) => words.every((word) => textOf(stop).includes(word)))
    count.textContent =
      found.length > LISTED_MAX
        ? `${found.length} stops, of which these are the first`
        : `${found.length} stops`
    replaceChildren(
      list,
      found
        .slice(0, LISTED_MAX)
        .map(({ id, properties: { name, platformCode, routes } }) =>
          element(
            'li',
            {},
            element(
              'a',
              { href: href('departures', id), 'aria-current': id === chosen && 'page' },
              platformCode === null ? name : `${name} (${platformCode})`,
              stopsWithSigns.has(id) && [' ', element('span', { class: 'badge' }, 'sign')],
              element('br'),
              hiddenText('Routes '),
              element('span', { class: 'hint' }, routes.map(({ shortName }) => shortName).join(', ')),
            ),
          ),
        ),
    )
  }
}

function textOf({ id, properties: { name, code, routes } }: Stop): string {
  return [id, name, code ?? '', ...routes.map(({ shortName }) => shortName)].join(' ').toLocaleLowerCase()
}
