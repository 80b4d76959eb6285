import { element, replaceChildren } from '../../elements.ts'
import { createTable } from '../../parts/table.ts'
import { writeSpan } from '../../write-time.ts'

interface Finding {
  readonly rule: string
  readonly title: string
  readonly count: number
  readonly example: string
}
interface Checked {
  readonly errors: readonly Finding[]
  readonly warnings: readonly Finding[]
}
/** As `GET …/feed-quality` has it. */
export interface FeedQuality {
  readonly feeds: readonly (Checked & {
    readonly name: string
    readonly ageSeconds: number | null
    readonly entities: number
  })[]
  readonly timetable: (Checked & { readonly firstDate: string; readonly lastDate: string }) | null
}

/** What apps are told, and what is wrong with it. */
export function createFeedsView(): {
  readonly element: HTMLElement
  update(quality: FeedQuality | undefined): void
} {
  const feeds = createTable<FeedQuality['feeds'][number]>({
    caption: 'Feeds',
    keyOf: ({ name }) => name,
    empty: 'There is no timetable yet, so there are no feeds. Import one with kerbside import gtfs.',
    columns: [
      { title: 'Feed', isName: true, cell: ({ name }) => name },
      {
        title: 'Age',
        isNumber: true,
        cell: ({ ageSeconds }) => (ageSeconds === null ? '–' : writeSpan(ageSeconds)),
      },
      { title: 'Entities', isNumber: true, cell: ({ entities }) => entities.toLocaleString('en-GB') },
      { title: 'Errors', isNumber: true, cell: ({ errors }) => countOf(errors) },
      { title: 'Warnings', isNumber: true, cell: ({ warnings }) => countOf(warnings) },
    ],
  })
  const findings = element('ul', { class: 'findings' })
  const validity = element('p', { class: 'hint' })
  return {
    element: element(
      'section',
      { class: 'card', 'aria-labelledby': 'feeds' },
      element('h2', { id: 'feeds' }, 'Feeds for apps'),
      feeds.element,
      validity,
      findings,
    ),
    update(quality) {
      feeds.update(quality?.feeds ?? [])
      const { timetable } = quality ?? {}
      validity.textContent = timetable
        ? `The timetable has trips from ${timetable.firstDate} to ${timetable.lastDate}.`
        : ''
      const all = [...(quality?.feeds ?? []), ...(timetable ? [timetable] : [])]
      replaceChildren(
        findings,
        all.flatMap(({ errors }) => errors.map((finding) => writeFinding(finding, 'Error', 'critical'))),
        all.flatMap(({ warnings }) => warnings.map((finding) => writeFinding(finding, 'Warning', 'warning'))),
      )
    },
  }
}

function countOf(findings: readonly Finding[]): number {
  return findings.reduce((sum, { count }) => sum + count, 0)
}

function writeFinding({ rule, title, count, example }: Finding, name: string, kind: string): HTMLElement {
  return element(
    'li',
    {},
    element('span', { class: `badge ${kind}` }, `${name} ${rule}`),
    ` ${title} (${count}). `,
    element('span', { class: 'hint' }, `For example: ${example}`),
  )
}
