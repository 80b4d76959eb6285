import { readColour } from '../../theme.ts'

/** A bus points in one of so many directions: nobody sees finer ones, and each is drawn once. */
const DIRECTIONS = 24
/** More than a town has routes and directions; beyond, all are drawn anew. */
const MARKS_MAX = 2_000
const MARK_PX = 28
/** Seen from far, marks are smaller, and tell no routes. */
const FAR_SCALE = 0.8

interface BusMark {
  readonly image: HTMLCanvasElement
  /** Its edge, in px of the screen; its middle is where the bus is. */
  readonly sizePx: number
}

interface BusLook {
  /** Degrees from north; NaN where it is not told. */
  readonly bearing: number
  readonly route: string
  readonly isSilent: boolean
}

/** Pictures of buses, each drawn once and copied from then on: drawing 800 each time takes ten times as long. */
export interface BusMarks {
  get(look: BusLook, isFar: boolean): BusMark
  readonly ring: BusMark
}

/** In the colours of the present theme. */
export function createBusMarks(): BusMarks {
  const colours = {
    live: readColour('--bus'),
    silent: readColour('--unknown'),
    line: readColour('--map-line'),
  }
  const marks = new Map<string, BusMark>()
  return {
    get({ bearing, route, isSilent }, isFar) {
      const direction = Number.isNaN(bearing) ? -1 : Math.round((bearing / 360) * DIRECTIONS) % DIRECTIONS
      const name = isFar || route.length > 3 ? '' : route
      const key = `${direction}/${isSilent}/${isFar}/${name}`
      let mark = marks.get(key)
      if (!mark) {
        if (marks.size >= MARKS_MAX) marks.clear()
        mark = paint(isFar ? FAR_SCALE : 1, (context) => {
          context.fillStyle = isSilent ? colours.silent : colours.live
          context.strokeStyle = colours.line
          if (direction >= 0) drawArrow(context, (direction / DIRECTIONS) * 2 * Math.PI)
          drawBody(context)
          if (name !== '') writeName(context, name, colours.line)
        })
        marks.set(key, mark)
      }
      return mark
    },
    ring: paint(1, (context) => {
      context.strokeStyle = readColour('--ink')
      context.lineWidth = 2.5
      context.beginPath()
      context.arc(0, 0, 12, 0, 2 * Math.PI)
      context.stroke()
    }),
  }
}

function drawArrow(context: CanvasRenderingContext2D, turn: number): void {
  context.save()
  context.rotate(turn)
  context.lineWidth = 1
  context.beginPath()
  context.moveTo(-5.5, -5)
  context.lineTo(0, -12.5)
  context.lineTo(5.5, -5)
  context.closePath()
  context.fill()
  context.stroke()
  context.restore()
}

function drawBody(context: CanvasRenderingContext2D): void {
  context.lineWidth = 1.5
  context.beginPath()
  context.arc(0, 0, 7, 0, 2 * Math.PI)
  context.fill()
  context.stroke()
}

function writeName(context: CanvasRenderingContext2D, name: string, colour: string): void {
  context.fillStyle = colour
  context.font = `600 ${name.length > 2 ? 7 : 9}px system-ui, sans-serif`
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(name, 0, 0.5)
}

function paint(scale: number, draw: (context: CanvasRenderingContext2D) => void): BusMark {
  const image = document.createElement('canvas')
  const pixels = Math.ceil(MARK_PX * scale * devicePixelRatio)
  image.width = pixels
  image.height = pixels
  const context = image.getContext('2d', IN_MEMORY) as CanvasRenderingContext2D
  const unit = pixels / MARK_PX
  context.setTransform(unit, 0, 0, unit, pixels / 2, pixels / 2)
  draw(context)
  return { image, sizePx: pixels / devicePixelRatio }
}

/** Many small copies are made faster by the processor than by handing each to a graphics card, and far faster where there is none. */
export const IN_MEMORY = { willReadFrequently: true } as const
