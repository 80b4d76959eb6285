import { element, replaceChildren } from '../../elements.ts'
import type { LeftBin } from './round.ts'
import type { TownNames } from './town-names.ts'
import { writeCost, writeCount, writeKm } from './write-figures.ts'

/** The bins that no lorry empties, each with why and the numbers behind it. */
export function writeLeftList(left: readonly LeftBin[], names: TownNames): HTMLElement | undefined {
  if (left.length === 0) return undefined
  const list = element('ul', { class: 'left-bins' })
  const details = element(
    'details',
    {
      ontoggle: () =>
        details.open && list.children.length === 0 && replaceChildren(list, left.map(writeLeft)),
    },
    element('summary', {}, element('h2', {}, `${writeCount(left.length, 'bin')} left for another day`)),
    list,
  )
  return details

  function writeLeft({ deviceId, reason, chanceOfOverflow, costOfWaiting, detourM }: LeftBin): HTMLElement {
    const name = names.nameBin(deviceId)
    const numbers = [
      chanceOfOverflow !== null && `overflows before the next round: ${writeChance(chanceOfOverflow)}`,
      costOfWaiting !== null && `waiting costs ${writeCost(costOfWaiting)}`,
      typeof detourM === 'number' && `way to it ${writeKm(detourM)}`,
    ].filter((text) => text !== false)
    return element(
      'li',
      {},
      element('strong', {}, name),
      name !== deviceId && element('span', { class: 'hint' }, ` ${deviceId}`),
      element('p', {}, reason),
      numbers.length > 0 && element('p', { class: 'hint' }, numbers.join(' · ')),
    )
  }
}

function writeChance(chance: number): string {
  const percent = chance * 100
  return percent > 0 && percent < 1 ? 'less than 1 %' : `${Math.round(percent)} %`
}
