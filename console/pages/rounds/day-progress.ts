import { element, replaceChildren } from '../../elements.ts'
import { type Closure, hasPlan, listLifts, type Round, type RoundChange } from './round.ts'
import type { TownNames } from './town-names.ts'
import { writeCount } from './write-figures.ts'

/** How far the day has come; undefined before anything of it is known. */
export function writeDayProgress(round: Round, now = Date.now()): HTMLElement | undefined {
  if (!hasPlan(round)) return undefined
  const lifts = listLifts(round)
  const done = lifts.filter(({ status }) => status === 'done').length
  const due = lifts.filter(({ departureTime }) => Date.parse(departureTime) <= now).length
  if (done === 0 && due === 0) return undefined
  return element(
    'div',
    { class: 'day-progress' },
    element('progress', { max: lifts.length, value: done, 'aria-label': 'Bins emptied' }),
    element(
      'p',
      {},
      `${done} of ${writeCount(lifts.length, 'bin')} marked as done; by the plan it is ${due} by now.`,
    ),
  )
}

/** How many sentences are shown before one asks for the rest. */
const CHANGES_SHOWN = 4

/** What the last mending changed: the figures, then the sentences. */
export function writeChanges(
  round: Round,
  { names, figures }: { names: TownNames; figures: string | undefined },
): HTMLElement | undefined {
  const { changes = [], isMending } = round
  if (isMending) return element('p', { class: 'hint' }, 'What was marked is kept; the plan is being mended.')
  if (changes.length === 0 && figures === undefined) return undefined
  const write = (from: number, to?: number): HTMLElement[] =>
    changes.slice(from, to).map((change) => element('li', {}, describeChange(change, names)))
  const rest = changes.length - CHANGES_SHOWN
  return element(
    'section',
    { class: 'card changes' },
    element('h2', {}, 'What changed'),
    figures !== undefined && element('p', {}, figures),
    element('ul', {}, write(0, CHANGES_SHOWN)),
    rest > 0 &&
      element('details', {}, element('summary', {}, `${rest} more`), element('ul', {}, write(CHANGES_SHOWN))),
  )
}

/** The sentence with the names that people know. */
function describeChange({ message, deviceId, lorryId, fromLorryId }: RoundChange, names: TownNames): string {
  let text = message
  if (deviceId !== undefined) text = text.replace(`bin ${deviceId}`, names.nameBin(deviceId))
  for (const id of [fromLorryId, lorryId]) {
    if (id !== undefined) text = text.replace(`lorry ${id}`, names.nameLorry(id))
  }
  return text
}

/** What is closed, each with a button that opens it again where that is allowed. */
export function writeClosures(
  closures: readonly Closure[],
  onReopen: ((closure: Closure) => void) | undefined,
): HTMLElement | undefined {
  if (closures.length === 0) return undefined
  const list = element('ul', { class: 'closures' })
  replaceChildren(
    list,
    closures.map((closure) =>
      element(
        'li',
        {},
        element('span', {}, `✕ ${closure.name}`),
        onReopen &&
          element(
            'button',
            { type: 'button', class: 'small', onclick: () => onReopen(closure) },
            'Open again',
          ),
      ),
    ),
  )
  return element('section', {}, element('h2', {}, 'Closed streets'), list)
}
