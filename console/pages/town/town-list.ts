import { element } from '../../elements.ts'
import { createTable } from '../../parts/table.ts'
import { writeSpan } from '../../write-time.ts'
import { LAYER_TITLES, readFill, summarise } from './describe-thing.ts'
import type { Layer, Thing } from './live-town.ts'

/** More rows help nobody: search and filters find the others. */
const ROWS_MAX = 200

interface Row {
  readonly id: string
  readonly layer: Layer
  readonly name: string
  readonly summary: string
  readonly age: string
  readonly isSilent: boolean
}

export interface TownList {
  readonly element: HTMLElement
  show(things: Iterable<Thing>, now: number): void
}

/** What is on the map as a list: silent devices first, then the fullest bins. */
export function createTownList(href: (thing: Pick<Thing, 'layer' | 'id'>) => string): TownList {
  const note = element('p', { class: 'hint' })
  const table = createTable<Row>({
    caption: 'What is on the map',
    keyOf: ({ layer, id }) => `${layer}/${id}`,
    empty: 'Nothing is chosen to be shown.',
    columns: [
      { title: 'Name', cell: (row) => element('a', { href: href(row) }, row.name), isName: true },
      { title: 'Kind', cell: ({ layer }) => LAYER_TITLES[layer].one },
      { title: 'Latest', cell: ({ summary }) => summary },
      {
        title: 'Read',
        cell: ({ age, isSilent }) => [
          age,
          isSilent && [' ', element('span', { class: 'badge warning' }, 'silent')],
        ],
      },
    ],
  })
  return {
    element: element('div', { class: 'town-list' }, note, table.element),
    show(things, now) {
      const sorted = [...things].sort(byUrgency)
      note.textContent =
        sorted.length > ROWS_MAX
          ? `The first ${ROWS_MAX} of ${sorted.length}: silent devices, then the fullest bins.`
          : ''
      table.update(sorted.slice(0, ROWS_MAX).map((thing) => toRow(thing, now)))
    },
  }
}

function toRow(thing: Thing, now: number): Row {
  const { id, layer, name, time, isSilent } = thing
  const age = time === undefined ? '' : `${writeSpan(Math.max(0, (now - time) / 1000))} ago`
  return { id, layer, name, summary: summarise(thing), age, isSilent }
}

function byUrgency(a: Thing, b: Thing): number {
  const rank = (thing: Thing): number => (thing.isSilent ? 1_000 : 0) + (readFill(thing) ?? 0)
  return rank(b) - rank(a) || (a.id < b.id ? -1 : 1)
}
