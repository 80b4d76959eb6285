import type { ExpressionSpecification, LayerSpecification } from 'maplibre-gl'
import { readColour } from '../../theme.ts'
import { DASHES } from './lorry-look.ts'

export const SOURCES = ['plan-closures', 'plan-ways', 'plan-stops'] as const

const FONT = ['system-ui']
const KIND: ExpressionSpecification = ['get', 'kind']
const FAINT: ExpressionSpecification = ['case', ['get', 'isFaint'], 0.22, 1]
const WIDTH: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], 11, 2, 15, 4.5]

/** How a plan looks, in the colours of the present theme; from below to above. */
export function writePlanLayers(): LayerSpecification[] {
  const halo = { 'text-halo-color': readColour('--map-line'), 'text-halo-width': 1.6 }
  const only = (kind: string): ExpressionSpecification => ['==', KIND, kind]
  return [
    {
      id: 'plan-closed',
      type: 'fill',
      source: 'plan-closures',
      filter: ['==', ['geometry-type'], 'Polygon'],
      paint: { 'fill-color': readColour('--critical'), 'fill-opacity': 0.3 },
    },
    {
      id: 'plan-closed-edge',
      type: 'line',
      source: 'plan-closures',
      filter: ['in', KIND, ['literal', ['closed', 'draft']]],
      paint: {
        'line-color': readColour('--critical'),
        'line-width': ['case', ['==', ['geometry-type'], 'LineString'], 6, 2],
        'line-dasharray': [2, 1],
      },
    },
    {
      id: 'plan-old-ways',
      type: 'line',
      source: 'plan-ways',
      filter: only('old'),
      paint: { 'line-color': readColour('--edge'), 'line-width': 3, 'line-dasharray': [0.6, 1.4] },
    },
    {
      id: 'plan-casing',
      type: 'line',
      source: 'plan-ways',
      filter: only('way'),
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': readColour('--map-line'),
        'line-width': ['interpolate', ['linear'], ['zoom'], 11, 4, 15, 8],
        'line-opacity': FAINT,
      },
    },
    {
      id: 'plan-ways',
      type: 'line',
      source: 'plan-ways',
      filter: only('way'),
      layout: { 'line-join': 'round' },
      paint: {
        'line-color': ['get', 'colour'],
        'line-width': WIDTH,
        'line-opacity': FAINT,
        'line-dasharray': writeDashes(),
      },
    },
    {
      id: 'plan-directions',
      type: 'symbol',
      source: 'plan-ways',
      filter: ['all', only('way'), ['!', ['get', 'isFaint']]],
      layout: {
        'symbol-placement': 'line',
        'symbol-spacing': 130,
        'text-field': ['concat', ['get', 'letter'], ' ▶'],
        'text-font': FONT,
        'text-size': 12,
        'text-keep-upright': false,
      },
      paint: { 'text-color': ['get', 'colour'], ...halo },
    },
    {
      id: 'plan-left',
      type: 'circle',
      source: 'plan-stops',
      filter: only('left'),
      paint: {
        'circle-radius': ['case', ['get', 'isChanged'], 6, 3.5],
        'circle-color': readColour('--map-ground'),
        'circle-stroke-color': ['case', ['get', 'isChanged'], readColour('--critical'), readColour('--edge')],
        'circle-stroke-width': 1.5,
      },
    },
    {
      id: 'plan-lifts',
      type: 'circle',
      source: 'plan-stops',
      filter: only('lift'),
      paint: {
        'circle-radius': ['interpolate', ['linear'], ['zoom'], 11, 2.5, 15, 7],
        // Emptied ones are hollow.
        'circle-color': [
          'match',
          ['get', 'status'],
          'planned',
          ['get', 'colour'],
          readColour('--map-ground'),
        ],
        'circle-opacity': FAINT,
        'circle-stroke-color': [
          'case',
          ['all', ['get', 'isChanged'], ['!', ['get', 'isFaint']]],
          readColour('--ink'),
          ['match', ['get', 'status'], 'planned', readColour('--map-line'), ['get', 'colour']],
        ],
        'circle-stroke-width': ['case', ['get', 'isChanged'], 3, 1.5],
        'circle-stroke-opacity': FAINT,
      },
    },
    {
      id: 'plan-numbers',
      type: 'symbol',
      source: 'plan-stops',
      filter: ['all', only('lift'), ['!', ['get', 'isFaint']]],
      minzoom: 13.5,
      layout: {
        'text-field': ['to-string', ['get', 'number']],
        'text-font': FONT,
        'text-size': 11,
        'text-offset': [0, -1.2],
      },
      paint: { 'text-color': readColour('--ink'), ...halo },
    },
    {
      id: 'plan-places',
      type: 'symbol',
      source: 'plan-stops',
      filter: ['in', KIND, ['literal', ['tip', 'start']]],
      layout: {
        'text-field': ['match', KIND, 'tip', '■', '◆'],
        'text-font': FONT,
        'text-size': 24,
        'text-allow-overlap': true,
      },
      paint: { 'text-color': readColour('--ink'), ...halo },
    },
    {
      id: 'plan-closed-marks',
      type: 'symbol',
      source: 'plan-closures',
      filter: only('closed-mark'),
      layout: { 'text-field': '✕', 'text-font': FONT, 'text-size': 18, 'text-allow-overlap': true },
      paint: { 'text-color': readColour('--critical'), ...halo },
    },
    {
      id: 'plan-corners',
      type: 'circle',
      source: 'plan-closures',
      filter: only('corner'),
      paint: {
        'circle-radius': 5,
        'circle-color': readColour('--critical'),
        'circle-stroke-color': readColour('--map-line'),
        'circle-stroke-width': 2,
      },
    },
  ]
}

function writeDashes(): ExpressionSpecification {
  const [whole, ...others] = DASHES.map((dashes) => ['literal', [...dashes]])
  const cases = others.flatMap((dashes, index) => [index + 1, dashes])
  return ['match', ['get', 'pattern'], ...cases, whole] as unknown as ExpressionSpecification
}
