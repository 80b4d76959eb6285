import type { Map as MapLibreMap } from 'maplibre-gl'
import { createBusMarks, IN_MEMORY } from './bus-marks.ts'
import type { Thing } from './live-town.ts'

/** A bus goes on to where it was last for about as long as it took to get there. */
const GLIDE_MIN_MS = 1_000
const GLIDE_MAX_MS = 12_000
/** Further than this part of the world it has not been driven since it was last seen: it is put there. */
const LEAP = 0.00005
const PICK_PX = 14
/** Buses are drawn at most this often: smooth enough, and half of what a screen could show. */
const FRAME_MS = 1_000 / 30
/** Below this zoom they are drawn small. */
const NEAR_ZOOM = 13.5

interface Bus {
  /** Mercator, from 0 to 1 across the world. */
  readonly fromX: number
  readonly fromY: number
  readonly toX: number
  readonly toY: number
  /** Of `performance.now()`. */
  readonly fromMs: number
  readonly toMs: number
  readonly bearing: number
  readonly route: string
  readonly isSilent: boolean
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
  const context = canvas.getContext('2d', IN_MEMORY) as CanvasRenderingContext2D
  const buses = new Map<string, Bus>()
  const isStill = matchMedia('(prefers-reduced-motion: reduce)')
  let marks = createBusMarks()
  let isVisible = true
  let selected: string | undefined
  let frame = 0
  let drawnAt = 0
  /** Whether the map has moved, with which the buses have to move at once. */
  let isMapMoved = false
  map.on('render', followMap)
  map.on('resize', followMap)
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
      followMap()
    },
    pick,
    setSelected(id) {
      selected = id
      redraw()
    },
    restyle() {
      marks = createBusMarks()
      redraw()
    },
    close() {
      cancelAnimationFrame(frame)
      map.off('render', followMap)
      map.off('resize', followMap)
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
    const { bearingDegrees, routeId } = properties
    const look = {
      bearing: typeof bearingDegrees === 'number' ? bearingDegrees : (before?.bearing ?? Number.NaN),
      route: typeof routeId === 'string' ? routeId : '',
      isSilent,
    }
    if (!before || isStill.matches || Math.hypot(before.toX - toX, before.toY - toY) > LEAP) {
      buses.set(id, { ...look, toX, toY, fromX: toX, fromY: toY, fromMs: now, toMs: now })
    } else if (before.toX === toX && before.toY === toY) {
      buses.set(id, { ...before, ...look })
    } else {
      const [fromX, fromY] = placeOf(before, now)
      const glideMs = Math.min(GLIDE_MAX_MS, Math.max(GLIDE_MIN_MS, now - before.fromMs))
      buses.set(id, { ...look, toX, toY, fromX, fromY, fromMs: now, toMs: now + glideMs })
    }
  }

  function followMap(): void {
    isMapMoved = true
    redraw()
  }

  function redraw(): void {
    if (frame === 0) frame = requestAnimationFrame(draw)
  }

  function draw(now: number): void {
    frame = 0
    // A frame that comes a little early is no reason to wait for the one after it.
    const isEarly = now - drawnAt < FRAME_MS * 0.9
    if (isMapMoved || !isEarly) {
      isMapMoved = false
      drawnAt = now
      if (!drawBuses(performance.now())) return
    }
    redraw()
  }

  /** Returns whether any is on its way. */
  function drawBuses(now: number): boolean {
    const { width, height, ratio } = fitCanvas()
    context.setTransform(1, 0, 0, 1, 0, 0)
    context.clearRect(0, 0, canvas.width, canvas.height)
    if (!isVisible) return false
    const toScreen = createView(width, height)
    const isFar = map.getZoom() < NEAR_ZOOM
    let isMoving = false
    for (const [id, bus] of buses) {
      isMoving ||= bus.toMs > now
      const [x, y] = toScreen(...placeOf(bus, now))
      if (x < -20 || y < -20 || x > width + 20 || y > height + 20) continue
      const { image, sizePx } = marks.get(bus, isFar)
      // Whole pixels are copied as they are; between them each would have to be mixed anew.
      context.drawImage(image, Math.round((x - sizePx / 2) * ratio), Math.round((y - sizePx / 2) * ratio))
      if (id !== selected) continue
      const { ring } = marks
      context.drawImage(
        ring.image,
        Math.round((x - ring.sizePx / 2) * ratio),
        Math.round((y - ring.sizePx / 2) * ratio),
      )
    }
    return isMoving
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
