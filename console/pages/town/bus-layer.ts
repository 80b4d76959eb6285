import type { Map as MapLibreMap } from 'maplibre-gl'
import { readColour } from '../../theme.ts'
import type { Thing } from './live-town.ts'

/** A bus goes on to where it was last for about as long as it took to get there. */
const GLIDE_MIN_MS = 1_000
const GLIDE_MAX_MS = 12_000
/** Further than this part of the world it has not been driven since it was last seen: it is put there. */
const LEAP = 0.00005
const PICK_PX = 14
/** Seen from far, marks are smaller, down to this part of their size. */
const FAR_SCALE = 0.65
const FAR_ZOOM = 12
/** Names of routes are drawn from this zoom on. */
const NAMES_ZOOM = 14

interface Bus {
  /** Mercator, from 0 to 1 across the world. */
  fromX: number
  fromY: number
  toX: number
  toY: number
  /** Of `performance.now()`. */
  fromMs: number
  toMs: number
  bearing: number
  route: string
  isSilent: boolean
}

/**
 * Buses that move, on a canvas above the map: while nothing else moves, the map below need not be drawn again, which without a
 * graphics card costs many times as much.
 */
export interface BusLayer {
  update(buses: readonly Thing[], isAll: boolean): void
  setVisible(isVisible: boolean): void
  /** The bus under a place of the map's container, in px. */
  pick(x: number, y: number): string | undefined
  setSelected(id: string | undefined): void
  /** Reads the colours of the theme anew. */
  restyle(): void
  close(): void
}

export function createBusLayer(map: MapLibreMap): BusLayer {
  const canvas = document.createElement('canvas')
  canvas.className = 'bus-layer'
  canvas.setAttribute('aria-hidden', 'true')
  map.getCanvasContainer().after(canvas)
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  const buses = new Map<string, Bus>()
  const isStill = matchMedia('(prefers-reduced-motion: reduce)')
  let marks = drawMarks()
  let isVisible = true
  let selected: string | undefined
  let frame = 0
  const redraw = (): void => {
    if (frame === 0) frame = requestAnimationFrame(draw)
  }
  map.on('render', redraw)
  map.on('resize', redraw)
  return {
    update(things, isAll) {
      const now = performance.now()
      if (isAll) {
        const ids = new Set(things.map(({ id }) => id))
        for (const id of buses.keys()) if (!ids.has(id)) buses.delete(id)
      }
      for (const thing of things) take(thing, now)
      redraw()
    },
    setVisible(next) {
      isVisible = next
      redraw()
    },
    pick,
    setSelected(id) {
      selected = id
      redraw()
    },
    restyle() {
      marks = drawMarks()
      redraw()
    },
    close() {
      cancelAnimationFrame(frame)
      map.off('render', redraw)
      map.off('resize', redraw)
      canvas.remove()
    },
  }

  function take({ id, position, properties, isSilent }: Thing, now: number): void {
    if (!position) {
      buses.delete(id)
      return
    }
    const [toX, toY] = project(position)
    const before = buses.get(id)
    const bearing = properties['bearingDegrees']
    const bus = {
      toX,
      toY,
      bearing: typeof bearing === 'number' ? bearing : (before?.bearing ?? Number.NaN),
      route: typeof properties['routeId'] === 'string' ? properties['routeId'] : '',
      isSilent,
    }
    const hasLeapt = !before || Math.hypot(before.toX - toX, before.toY - toY) > LEAP
    if (hasLeapt || isStill.matches) {
      buses.set(id, { ...bus, fromX: toX, fromY: toY, fromMs: now, toMs: now })
      return
    }
    if (before.toX === toX && before.toY === toY) {
      Object.assign(before, bus)
      return
    }
    const [fromX, fromY] = placeOf(before, now)
    const glideMs = Math.min(GLIDE_MAX_MS, Math.max(GLIDE_MIN_MS, now - before.fromMs))
    buses.set(id, { ...bus, fromX, fromY, fromMs: now, toMs: now + glideMs })
  }

  function draw(): void {
    frame = 0
    const { width, height, ratio } = fitCanvas()
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    if (!isVisible) return
    const now = performance.now()
    const toScreen = createView(width, height)
    const zoom = map.getZoom()
    const hasNames = zoom >= NAMES_ZOOM
    const nearness = Math.min(1, Math.max(0, (zoom - FAR_ZOOM) / (NAMES_ZOOM - FAR_ZOOM)))
    const scale = ratio * (FAR_SCALE + (1 - FAR_SCALE) * nearness)
    let isMoving = false
    for (const [id, bus] of buses) {
      isMoving ||= bus.toMs > now
      const [x, y] = toScreen(...placeOf(bus, now))
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue
      const mark = bus.isSilent ? marks.silent : marks.live
      if (!Number.isNaN(bus.bearing)) {
        const turn = (bus.bearing * Math.PI) / 180
        const [cos, sin] = [Math.cos(turn) * scale, Math.sin(turn) * scale]
        context.setTransform(cos, sin, -sin, cos, x * ratio, y * ratio)
        context.drawImage(mark.arrow, -MARK_PX / 2, -MARK_PX / 2, MARK_PX, MARK_PX)
      }
      context.setTransform(scale, 0, 0, scale, x * ratio, y * ratio)
      context.drawImage(mark.body, -MARK_PX / 2, -MARK_PX / 2, MARK_PX, MARK_PX)
      if (id === selected) context.drawImage(marks.ring, -MARK_PX / 2, -MARK_PX / 2, MARK_PX, MARK_PX)
      if (hasNames && bus.route.length <= 3) writeName(bus.route)
    }
    if (isMoving) redraw()
  }

  function writeName(route: string): void {
    context.fillStyle = marks.text
    context.font = '600 9px system-ui, sans-serif'
    context.textAlign = 'center'
    context.textBaseline = 'middle'
    context.fillText(route, 0, 0.5)
  }

  function pick(x: number, y: number): string | undefined {
    if (!isVisible) return undefined
    const { clientWidth, clientHeight } = map.getContainer()
    const toScreen = createView(clientWidth, clientHeight)
    const now = performance.now()
    let nearest: string | undefined
    let distance = PICK_PX
    for (const [id, bus] of buses) {
      const [busX, busY] = toScreen(...placeOf(bus, now))
      const away = Math.hypot(busX - x, busY - y)
      if (away < distance) [nearest, distance] = [id, away]
    }
    return nearest
  }

  /** The map is never turned or tilted, so a place is a shift and a scale away. */
  function createView(width: number, height: number): (x: number, y: number) => [number, number] {
    const { lng, lat } = map.getCenter()
    const [centreX, centreY] = project([lng, lat])
    const size = 512 * 2 ** map.getZoom()
    return (x, y) => [(x - centreX) * size + width / 2, (y - centreY) * size + height / 2]
  }

  function fitCanvas(): { width: number; height: number; ratio: number } {
    const { clientWidth: width, clientHeight: height } = map.getContainer()
    const ratio = devicePixelRatio
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio)
      canvas.height = Math.round(height * ratio)
      canvas.style.width = `${width}px`
      canvas.style.height = `${height}px`
    }
    return { width, height, ratio }
  }
}

function placeOf({ fromX, fromY, toX, toY, fromMs, toMs }: Bus, now: number): [number, number] {
  if (now >= toMs) return [toX, toY]
  const part = (now - fromMs) / (toMs - fromMs)
  return [fromX + (toX - fromX) * part, fromY + (toY - fromY) * part]
}

/** Web Mercator, from 0 to 1. */
function project([longitude, latitude]: readonly [number, number]): [number, number] {
  const sine = Math.sin((latitude * Math.PI) / 180)
  return [longitude / 360 + 0.5, 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)]
}

const MARK_PX = 26

interface Mark {
  readonly body: HTMLCanvasElement
  readonly arrow: HTMLCanvasElement
}

function drawMarks(): { live: Mark; silent: Mark; ring: HTMLCanvasElement; text: string } {
  const line = readColour('--map-line')
  return {
    live: drawMark(readColour('--bus'), line),
    silent: drawMark(readColour('--unknown'), line),
    ring: paint((context) => {
      context.strokeStyle = readColour('--ink')
      context.lineWidth = 2.5
      circle(context, 11)
      context.stroke()
    }),
    text: line,
  }
}

function drawMark(colour: string, line: string): Mark {
  return {
    body: paint((context) => {
      context.fillStyle = colour
      context.strokeStyle = line
      context.lineWidth = 1.5
      circle(context, 7)
      context.fill()
      context.stroke()
    }),
    arrow: paint((context) => {
      context.fillStyle = colour
      context.strokeStyle = line
      context.lineWidth = 1
      context.beginPath()
      context.moveTo(-5.5, -5)
      context.lineTo(0, -12)
      context.lineTo(5.5, -5)
      context.closePath()
      context.fill()
      context.stroke()
    }),
  }
}

function circle(context: CanvasRenderingContext2D, radius: number): void {
  context.beginPath()
  context.arc(0, 0, radius, 0, 2 * Math.PI)
}

/** Drawn once and copied to each bus. */
function paint(draw: (context: CanvasRenderingContext2D) => void): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  const ratio = Math.max(1, devicePixelRatio)
  canvas.width = MARK_PX * ratio
  canvas.height = MARK_PX * ratio
  const context = canvas.getContext('2d') as CanvasRenderingContext2D
  context.setTransform(ratio, 0, 0, ratio, (MARK_PX * ratio) / 2, (MARK_PX * ratio) / 2)
  draw(context)
  return canvas
}
