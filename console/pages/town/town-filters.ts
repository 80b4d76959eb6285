import { element, replaceChildren } from '../../elements.ts'
import { CHANCE_CLASSES, FILL_CLASSES, LAYER_TITLES } from './describe-thing.ts'
import type { Layer } from './live-town.ts'
import type { BinColours } from './still-layers.ts'

export interface TownFilters {
  readonly element: HTMLElement
  /** How many there are of a layer, and how many of them are silent. */
  setCounts(layer: Layer, counts: { readonly all: number; readonly silent: number }): void
}

/** What the map shows, and what its colours mean: the legend is the filter. */
export function createTownFilters({
  layers,
  hasChances,
  onVisible,
  onColours,
  onSilentOnly,
}: {
  layers: readonly Layer[]
  /** Whether bins can be coloured by their chance of overflow. */
  hasChances: boolean
  onVisible: (layer: Layer, isVisible: boolean) => void
  onColours: (colours: BinColours) => void
  onSilentOnly: (isSilentOnly: boolean) => void
}): TownFilters {
  const counts = new Map(layers.map((layer) => [layer, element('span', { class: 'count' })]))
  const scale = element('ul', { class: 'scale' })
  showScale('fill')
  const silent = element('input', { type: 'checkbox', onchange: () => onSilentOnly(silent.checked) })
  return {
    element: element(
      'section',
      { class: 'town-filters', 'aria-labelledby': 'filters-title' },
      element('h2', { id: 'filters-title' }, 'On the map'),
      element('ul', { class: 'layers' }, layers.map(layerRow)),
      layers.includes('bins') &&
        element('div', { class: 'bin-colours' }, hasChances && chooseColours(), scale),
      element(
        'label',
        { class: 'check' },
        silent,
        element('span', { class: 'mark silent' }),
        'Only silent devices',
      ),
    ),
    setCounts(layer, { all, silent: silentCount }) {
      const text = silentCount === 0 ? String(all) : `${all}, ${silentCount} silent`
      const place = counts.get(layer)
      if (place && place.textContent !== text) place.textContent = text
    },
  }

  function layerRow(layer: Layer): HTMLElement {
    const box = element('input', { type: 'checkbox', onchange: () => onVisible(layer, box.checked) })
    box.checked = true
    return element(
      'li',
      {},
      element(
        'label',
        { class: 'check' },
        box,
        element('span', { class: `mark ${layer}` }),
        LAYER_TITLES[layer].many,
      ),
      counts.get(layer),
    )
  }

  function chooseColours(): HTMLElement {
    const select = element(
      'select',
      {
        id: 'bin-colours',
        onchange: () => {
          const colours = select.value as BinColours
          showScale(colours)
          onColours(colours)
        },
      },
      element('option', { value: 'fill' }, 'how full they are'),
      element('option', { value: 'chance' }, 'their chance to overflow within a day'),
    )
    return element('div', { class: 'field' }, element('label', { for: 'bin-colours' }, 'Bins by'), select)
  }

  function showScale(colours: BinColours): void {
    const classes = colours === 'fill' ? FILL_CLASSES : CHANCE_CLASSES
    replaceChildren(
      scale,
      classes.map(({ colour, words }) => {
        const mark = element('span', { class: 'mark' })
        mark.style.setProperty('--mark', `var(${colour})`)
        return element('li', {}, mark, words)
      }),
    )
  }
}
