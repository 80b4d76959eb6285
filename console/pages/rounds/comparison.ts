import { pathOf } from '../../api.ts'
import { element } from '../../elements.ts'
import type { PageContext } from '../../page.ts'
import { createTable } from '../../parts/table.ts'
import { writeCost, writeHours, writeKm } from './write-figures.ts'

interface Figures {
  readonly cost: number
  readonly distanceM: number
  readonly durationSeconds: number
  readonly lorries: number
  readonly bins: number
}

export interface Comparison {
  readonly round: string
  readonly with: string
  readonly summary: string
  readonly own: Figures
  readonly other: Figures
  readonly difference: Figures
  readonly binsOnlyInOwn: readonly string[]
  readonly binsOnlyInOther: readonly string[]
}

/** With the newest done one before it, where `other` names none. */
export function loadComparison({ api }: PageContext, round: string, other?: string): Promise<Comparison> {
  const path = pathOf`rounds/${round}/comparison`
  return api.get<Comparison>(other === undefined ? path : `${path}?with=${encodeURIComponent(other)}`)
}

interface Row {
  readonly title: string
  readonly own: string
  readonly other: string
  readonly difference: string
}

const ROWS: readonly { title: string; figure: keyof Figures; write: (value: number) => string }[] = [
  { title: 'Bins', figure: 'bins', write: String },
  { title: 'Lorries', figure: 'lorries', write: String },
  { title: 'Way', figure: 'distanceM', write: writeKm },
  { title: 'Time', figure: 'durationSeconds', write: writeHours },
  { title: 'Cost', figure: 'cost', write: writeCost },
]

/** The sentence, and the numbers side by side. */
export function writeComparison(comparison: Comparison): HTMLElement {
  const { own, other, difference, summary } = comparison
  const table = createTable<Row>({
    caption: `${comparison.round} beside ${comparison.with}`,
    columns: [
      { title: 'Figure', cell: ({ title }) => title, isName: true },
      { title: comparison.round, cell: (row) => row.own, isNumber: true },
      { title: comparison.with, cell: (row) => row.other, isNumber: true },
      { title: 'Difference', cell: (row) => row.difference, isNumber: true },
    ],
    keyOf: ({ title }) => title,
    empty: '',
  })
  table.update(
    ROWS.map(({ title, figure, write }) => ({
      title,
      own: write(own[figure]),
      other: write(other[figure]),
      difference: writeDifference(difference[figure], write),
    })),
  )
  const { binsOnlyInOwn, binsOnlyInOther } = comparison
  return element(
    'div',
    { class: 'comparison' },
    element('p', { class: 'comparison-summary' }, `${summary}.`),
    table.element,
    element(
      'p',
      { class: 'hint' },
      `${binsOnlyInOwn.length} bins are only in the first, ${binsOnlyInOther.length} only in the second.`,
    ),
  )
}

function writeDifference(value: number, write: (value: number) => string): string {
  if (value === 0) return 'none'
  return `${value < 0 ? '−' : '+'}${write(Math.abs(value))}`
}
