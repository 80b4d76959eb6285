import { element, replaceChildren } from '../../elements.ts'
import type { Choosing, Proposal } from './choosing.ts'
import type { PlanMap } from './plan-map.ts'
import { closePiece, type StreetPiece } from './street-pieces.ts'

/** One after another, by clicks. */
export function chooseStreetByClick({ map, propose, say }: Choosing): HTMLElement[] {
  let pieces: readonly StreetPiece[] = []
  map.takeClicks((_, street) => {
    if (!street) return say('There is no street: click nearer to one, or come closer.')
    pieces = [...pieces, street]
    propose(proposePieces(map, pieces))
  })
  return [element('button', { type: 'button', class: 'small', onclick: beginAnew }, 'Begin anew')]

  function beginAnew(): void {
    pieces = []
    propose(undefined)
  }
}

/** All parts of it that the map shows. */
export function chooseStreetByName({ map, propose }: Choosing): HTMLElement[] {
  const select = element('select', { id: 'block-street', onchange: take })
  map.onMoved(() => {
    // Not under somebody's hands.
    if (select.value === '') list()
  })
  list()
  return [element('div', { class: 'field' }, element('label', { for: 'block-street' }, 'Street'), select)]

  function list(): void {
    const streets = [...map.listStreets().keys()]
    const first = streets.length === 0 ? 'No street with a name is shown' : 'Choose one'
    replaceChildren(
      select,
      element('option', { value: '' }, first),
      streets.map((name) => element('option', { value: name }, name)),
    )
  }

  function take(): void {
    const pieces = map.listStreets().get(select.value) ?? []
    propose(pieces.length === 0 ? undefined : proposePieces(map, pieces))
  }
}

function proposePieces({ zoom }: PlanMap, pieces: readonly StreetPiece[]): Proposal {
  const titles = new Set(pieces.map(({ name }) => (name === '' ? 'A street without a name' : name)))
  return {
    name: [...titles].join(', '),
    draft: {
      polygons: pieces.map((piece) => closePiece(piece, zoom)),
      lines: pieces.map(({ line }) => line),
      corners: [],
    },
  }
}
