import { element, replaceChildren } from '../../elements.ts'
import { createTable } from '../../parts/table.ts'

interface Totals {
  readonly predictions: number
  readonly maeSeconds: number | null
  readonly coveragePercent: number | null
}
interface Horizon extends Totals {
  readonly fromMinutes: number
  readonly toMinutes: number
  readonly goodPercent: number | null
}
/** As `GET …/accuracy` has it. */
export interface Accuracy {
  readonly overall: Totals & {
    readonly mbta: { readonly meanPercent: number | null; readonly horizons: readonly Horizon[] }
    readonly transitApp: { readonly meanPercent: number | null }
  }
}

/** What the predictions of the last days came to. */
export function createAccuracyView(): {
  readonly element: HTMLElement
  update(accuracy: Accuracy): void
} {
  const figures = element('dl', { class: 'figures' })
  const horizons = createTable<Horizon>({
    caption: 'Accuracy by how far ahead',
    keyOf: ({ fromMinutes }) => String(fromMinutes),
    empty: 'No prediction has come to its end yet.',
    columns: [
      {
        title: 'Minutes ahead',
        isName: true,
        cell: ({ fromMinutes, toMinutes }) => `${fromMinutes} to ${toMinutes}`,
      },
      {
        title: 'Predictions',
        isNumber: true,
        cell: ({ predictions }) => Math.round(predictions).toLocaleString('en-GB'),
      },
      { title: 'Mean error', isNumber: true, cell: ({ maeSeconds }) => write(maeSeconds, ' s') },
      { title: 'Within bounds', isNumber: true, cell: ({ goodPercent }) => write(goodPercent, ' %') },
    ],
  })
  return {
    element: element(
      'section',
      { class: 'card', 'aria-labelledby': 'accuracy' },
      element('h2', { id: 'accuracy' }, 'Accuracy of predictions'),
      figures,
      horizons.element,
    ),
    update({ overall }) {
      replaceChildren(
        figures,
        writeFigure('Mean error', write(overall.maeSeconds, ' s')),
        writeFigure('Within MBTA’s bounds', write(overall.mbta.meanPercent, ' %')),
        writeFigure('Within Transit app’s bounds', write(overall.transitApp.meanPercent, ' %')),
        writeFigure('Within the interval told (80 % is right)', write(overall.coveragePercent, ' %')),
      )
      horizons.update(overall.mbta.horizons.filter(({ predictions }) => predictions > 0))
    },
  }
}

function write(value: number | null, unit: string): string {
  return value === null ? '–' : `${Math.round(value)}${unit}`
}

function writeFigure(name: string, value: string): HTMLElement {
  return element('div', {}, element('dt', {}, name), element('dd', {}, element('strong', {}, value)))
}
