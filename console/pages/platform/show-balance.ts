import { element, replaceChildren } from '../../elements.ts'
import { writeSpan } from '../../write-time.ts'

/** As `GET …/ingest` has it. */
export interface Balance {
  readonly accepted: number
  readonly stored: number
  readonly quarantined: number
  readonly pending: number
  readonly lagSeconds: number
}

/** The balance as numbers of which the last three make the first. */
export function createBalanceView(quarantineHref: string): {
  readonly element: HTMLElement
  update(balance: Balance): void
} {
  const list = element('dl', { class: 'figures' })
  const lag = element('p', { class: 'hint' })
  return {
    element: element(
      'section',
      { class: 'card', 'aria-labelledby': 'balance' },
      element('h2', { id: 'balance' }, 'The balance'),
      list,
      lag,
    ),
    update({ accepted, stored, quarantined, pending, lagSeconds }) {
      replaceChildren(
        list,
        writeFigure('Accepted', accepted),
        writeFigure('Stored', stored),
        writeFigure('In quarantine', quarantined, element('a', { href: quarantineHref }, 'Look at them')),
        writeFigure('Pending', pending),
      )
      lag.textContent =
        pending === 0
          ? 'Readings since the beginning. All that was accepted is stored or in quarantine.'
          : `Readings since the beginning. The oldest pending one has waited for ${writeSpan(lagSeconds)}.`
    },
  }
}

function writeFigure(name: string, count: number, more?: HTMLElement): HTMLElement {
  return element(
    'div',
    {},
    element('dt', {}, name),
    element('dd', {}, element('strong', {}, count.toLocaleString('en-GB')), count > 0 && more),
  )
}
