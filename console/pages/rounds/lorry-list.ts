import { element, hiddenText, replaceChildren } from '../../elements.ts'
import { type LorryLook, lorryBadge } from './lorry-look.ts'
import { findBrokenLorries, listLifts, type Round } from './round.ts'
import type { TownNames } from './town-names.ts'
import { writeCount, writeHours, writeKm } from './write-figures.ts'

/** The lorries of a round, one of which may be looked at. */
export function writeLorryList({
  round,
  looks,
  selected,
  names,
  onSelect,
  onBroken,
}: {
  round: Round
  looks: ReadonlyMap<string, LorryLook>
  selected: string | undefined
  names: TownNames
  onSelect: (lorryId: string | undefined) => void
  /** Undefined where the key does not allow it. */
  onBroken: ((lorryId: string, isBroken: boolean) => void) | undefined
}): HTMLElement {
  const broken = findBrokenLorries(round)
  // One that has broken down and has nothing left to do can still be repaired.
  const others = [...broken].filter((id) => round.lorries.every(({ lorryId }) => lorryId !== id))
  const list = element('ul', { class: 'lorries' })
  replaceChildren(
    list,
    round.lorries.map(({ lorryId, stops, distanceM, durationSeconds }) => {
      const look = looks.get(lorryId)
      const isSelected = lorryId === selected
      const lifts = listLifts({ lorries: [{ stops } as Round['lorries'][number]] })
      const done = lifts.filter(({ status }) => status === 'done').length
      return element(
        'li',
        {},
        element(
          'button',
          {
            type: 'button',
            class: 'lorry',
            'aria-pressed': String(isSelected),
            onclick: () => onSelect(isSelected ? undefined : lorryId),
          },
          look && lorryBadge(look),
          element(
            'span',
            {},
            element('strong', {}, names.nameLorry(lorryId)),
            element(
              'span',
              { class: 'hint' },
              `${done > 0 ? `${done} of ` : ''}${writeCount(lifts.length, 'bin')}, ${writeKm(distanceM)}, ${writeHours(durationSeconds)}`,
            ),
          ),
        ),
        broken.has(lorryId) && element('span', { class: 'badge critical' }, 'broken down'),
        onBroken && writeBreakdown(lorryId, broken.has(lorryId)),
      )
    }),
    others.map((lorryId) =>
      element(
        'li',
        {},
        element('span', { class: 'lorry' }, names.nameLorry(lorryId)),
        element('span', { class: 'badge critical' }, 'broken down'),
        onBroken && writeBreakdown(lorryId, true),
      ),
    ),
  )
  return list

  function writeBreakdown(lorryId: string, isBroken: boolean): HTMLButtonElement {
    return element(
      'button',
      { type: 'button', class: 'small', onclick: () => onBroken?.(lorryId, !isBroken) },
      isBroken ? 'Goes on again' : 'Breaks down…',
      hiddenText(` ${names.nameLorry(lorryId)}`),
    )
  }
}
