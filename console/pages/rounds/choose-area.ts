import { element } from '../../elements.ts'
import type { Choosing } from './choosing.ts'
import { NO_DRAFT } from './draw-plan.ts'
import type { Corner } from './round.ts'
import { closeAround } from './street-pieces.ts'
import { writeCount } from './write-figures.ts'

/** As the API takes them. */
const [CORNERS_MIN, CORNERS_MAX] = [3, 1_000]
const USUAL_RADIUS_M = 40

/** A circle around a bin, without a mouse. */
export function chooseAround({ names, propose }: Choosing): HTMLElement[] {
  const bin = element('input', { id: 'block-bin', list: 'block-bins', autocomplete: 'off', oninput: take })
  const radius = element('input', {
    id: 'block-radius',
    type: 'number',
    min: 5,
    max: 2000,
    value: USUAL_RADIUS_M,
    oninput: take,
  })
  return [
    element('div', { class: 'field' }, element('label', { for: 'block-bin' }, 'Bin'), bin),
    element('div', { class: 'field' }, element('label', { for: 'block-radius' }, 'Metres around it'), radius),
    element(
      'datalist',
      { id: 'block-bins' },
      [...names.bins.values()].map(({ id, name }) => element('option', { value: id }, name)),
    ),
  ]

  function take(): void {
    const found = names.bins.get(bin.value)
    const radiusM = radius.checkValidity() ? radius.valueAsNumber : Number.NaN
    if (!found || Number.isNaN(radiusM)) propose(undefined)
    else {
      const ring = closeAround([found.longitude, found.latitude], radiusM)
      propose({ name: `${radiusM} m around ${found.name}`, draft: { ...NO_DRAFT, polygons: [ring] } })
    }
  }
}

/** Corners by clicks. */
export function chooseArea({ map, propose, say }: Choosing): HTMLElement[] {
  let corners: readonly Corner[] = []
  map.takeClicks((place) => {
    if (corners.length < CORNERS_MAX) corners = [...corners, place]
    show()
  })
  return [
    element('button', { type: 'button', class: 'small', onclick: dropLast }, 'Take back the last corner'),
  ]

  function dropLast(): void {
    corners = corners.slice(0, -1)
    show()
  }

  function show(): void {
    const isArea = corners.length >= CORNERS_MIN
    const draft = { polygons: isArea ? [corners] : [], lines: [], corners }
    propose(isArea ? { name: nameArea(corners), draft } : undefined)
    if (isArea) return
    map.showDraft(draft)
    say(`${writeCount(corners.length, 'corner')} so far: ${CORNERS_MIN} are needed.`)
  }
}

/** Areas are told apart by where they are. */
function nameArea([first]: readonly Corner[]): string {
  return first ? `The area at ${first[1].toFixed(4)}, ${first[0].toFixed(4)}` : 'An area'
}
