import type {
  CircleLayerSpecification,
  ExpressionSpecification,
  Map as MapLibreMap,
  SymbolLayerSpecification,
} from 'maplibre-gl'
import { readColour } from '../../theme.ts'
import { CHANCE_CLASSES, FILL_CLASSES } from './describe-thing.ts'
import type { StillLayer } from './still-features.ts'

/** What colours the bins. */
export type BinColours = 'fill' | 'chance'

type Filter = ExpressionSpecification

export function writeBinLayer(colours: BinColours, filter: Filter): CircleLayerSpecification {
  const byZoom = ['interpolate', ['linear'], ['zoom'], 11, 2.5, 14, 5, 17, 10]
  const stroke = ['case', ['get', 'isSilent'], readColour('--unknown'), readColour('--map-line')]
  return {
    id: 'bins',
    type: 'circle',
    source: 'bins',
    filter,
    paint: {
      'circle-radius': byZoom as ExpressionSpecification,
      'circle-color': writeBinColour(colours),
      'circle-stroke-color': stroke as ExpressionSpecification,
      'circle-stroke-width': ['case', ['get', 'isSilent'], 2, 1],
    },
  }
}

/** What is silent, or of which nothing is known, is hollow. */
export function writeBinColour(colours: BinColours): ExpressionSpecification {
  const classes = colours === 'fill' ? FILL_CLASSES : CHANCE_CLASSES
  const steps = classes.slice(1).flatMap(({ colour }, index) => [classes[index]?.below, readColour(colour)])
  const value: ExpressionSpecification = ['to-number', ['get', colours], -1]
  // As many steps as there are classes: more than a tuple's type can tell.
  const filled = [
    'step',
    value,
    readColour(classes[0].colour),
    ...steps,
  ] as unknown as ExpressionSpecification
  return ['case', ['any', ['get', 'isSilent'], ['<', value, 0]], readColour('--map-ground'), filled]
}

export function writeMarkLayer(layer: StillLayer, filter: Filter): SymbolLayerSpecification {
  return {
    id: layer,
    type: 'symbol',
    source: layer,
    filter,
    // From far there are more of them than anybody looks for.
    ...(layer === 'stops' && { minzoom: 13 }),
    layout: {
      'icon-image': ['concat', `${layer}-`, ['case', ['get', 'isSilent'], 'silent', 'live']],
      'icon-size': ['interpolate', ['linear'], ['zoom'], 11, 0.55, 15, 1],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
    },
  }
}

export function writeSelectedLayer(): CircleLayerSpecification {
  return {
    id: 'selected',
    type: 'circle',
    source: 'selected',
    paint: {
      'circle-radius': 12,
      'circle-color': 'transparent',
      'circle-stroke-color': readColour('--ink'),
      'circle-stroke-width': 2.5,
    },
  }
}

/** Shapes tell kinds apart where colours do not. */
const SHAPES = {
  counters: { colour: '--counter', path: 'M12 3 21 12 12 21 3 12Z' },
  displays: { colour: '--bus', path: 'M4 6h16v11H4Z' },
  stops: { colour: '--stop', path: 'M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10Z' },
} as const
const IMAGE_PX = 24

/** The marks in the colours of the theme. */
export function addMarks(map: MapLibreMap): void {
  for (const [layer, { colour, path }] of Object.entries(SHAPES)) {
    for (const state of ['live', 'silent']) {
      const name = `${layer}-${state}`
      if (map.hasImage(name)) map.removeImage(name)
      const isSilent = state === 'silent'
      const fill = isSilent ? '--map-ground' : colour
      map.addImage(name, drawShape(path, fill, isSilent || layer === 'stops'), { pixelRatio: 2 })
    }
  }
}

function drawShape(path: string, colour: string, isHollow: boolean): ImageData {
  const canvas = document.createElement('canvas')
  canvas.width = IMAGE_PX * 2
  canvas.height = IMAGE_PX * 2
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  // A third of the drawing is room, as the marks are not to be larger than bins.
  context.setTransform(1.4, 0, 0, 1.4, IMAGE_PX * 0.3, IMAGE_PX * 0.3)
  context.fillStyle = readColour(colour)
  context.strokeStyle = readColour(isHollow ? '--unknown' : '--map-line')
  context.lineWidth = isHollow ? 3 : 2
  const shape = new Path2D(path)
  context.fill(shape)
  context.stroke(shape)
  return context.getImageData(0, 0, canvas.width, canvas.height)
}
