import {
  angleBetween,
  crossingRatio,
  distanceM,
  headingOf,
  nearestOnSegment,
  type Point,
} from './geometry.ts'

export type StreetClass = 'main' | 'secondary' | 'residential'

export interface Segment {
  readonly id: number
  readonly from: number
  readonly to: number
  readonly class: StreetClass
  readonly isBridge: boolean
}

const CELL_M = 80

/** Streets while they are laid out: points, and straight segments between them, found by place. */
export class StreetNetwork {
  readonly points: Point[] = []
  readonly segments = new Map<number, Segment>()
  readonly #segmentsOfPoint: Set<number>[] = []
  readonly #cells = new Map<string, Set<number>>()
  #nextId = 0

  addPoint(point: Point): number {
    this.points.push(point)
    this.#segmentsOfPoint.push(new Set())
    return this.points.length - 1
  }

  pointAt(index: number): Point {
    return this.points[index] as Point
  }

  segmentsAt(pointIndex: number): Segment[] {
    return [...(this.#segmentsOfPoint[pointIndex] ?? [])].map((id) => this.segments.get(id) as Segment)
  }

  headingsAt(pointIndex: number): number[] {
    const here = this.pointAt(pointIndex)
    return this.segmentsAt(pointIndex).map(({ from, to }) =>
      headingOf(here, this.pointAt(from === pointIndex ? to : from)),
    )
  }

  /** Whether a street may leave a point in this direction without running along another. */
  hasRoom(pointIndex: number, heading: number, minAngle: number): boolean {
    return this.headingsAt(pointIndex).every((other) => angleBetween(other, heading) >= minAngle)
  }

  addSegment(from: number, to: number, streetClass: StreetClass, isBridge = false): void {
    if (from === to || this.segmentsAt(from).some((other) => other.from === to || other.to === to)) return
    const segment = { id: this.#nextId++, from, to, class: streetClass, isBridge }
    this.segments.set(segment.id, segment)
    this.#segmentsOfPoint[from]?.add(segment.id)
    this.#segmentsOfPoint[to]?.add(segment.id)
    for (const key of this.#cellsOf(this.pointAt(from), this.pointAt(to), 0)) {
      const cell = this.#cells.get(key)
      if (cell) cell.add(segment.id)
      else this.#cells.set(key, new Set([segment.id]))
    }
  }

  removeSegment(segment: Segment): void {
    this.segments.delete(segment.id)
    this.#segmentsOfPoint[segment.from]?.delete(segment.id)
    this.#segmentsOfPoint[segment.to]?.delete(segment.id)
    for (const key of this.#cellsOf(this.pointAt(segment.from), this.pointAt(segment.to), 0)) {
      this.#cells.get(key)?.delete(segment.id)
    }
  }

  /** Makes one point of two that a segment shorter than `minM` joins: crossings of three streets leave such. */
  weld(minM: number): void {
    for (const { id } of [...this.segments.values()]) {
      const segment = this.segments.get(id)
      if (!segment || segment.isBridge) continue
      if (distanceM(this.pointAt(segment.from), this.pointAt(segment.to)) >= minM) continue
      const { from, to } = segment
      this.removeSegment(segment)
      for (const other of this.segmentsAt(to)) {
        this.removeSegment(other)
        this.addSegment(
          other.from === to ? from : other.from,
          other.to === to ? from : other.to,
          other.class,
          other.isBridge,
        )
      }
    }
  }

  /** A junction on a segment at a place: one of its ends where that is within `snapM`, otherwise the segment is split. */
  splitAt(segment: Segment, place: Point, snapM: number): number {
    for (const end of [segment.from, segment.to]) {
      if (distanceM(this.pointAt(end), place) <= snapM) return end
    }
    const middle = this.addPoint(place)
    this.removeSegment(segment)
    this.addSegment(segment.from, middle, segment.class, segment.isBridge)
    this.addSegment(middle, segment.to, segment.class, segment.isBridge)
    return middle
  }

  /** The first segment that the way from a point crosses, those at the point itself excepted. */
  findCrossing(from: number, to: Point): { segment: Segment; place: Point } | undefined {
    const start = this.pointAt(from)
    let first: { segment: Segment; ratio: number } | undefined
    for (const segment of this.#near(start, to, 0)) {
      if (segment.from === from || segment.to === from) continue
      const ratio = crossingRatio(start, to, this.pointAt(segment.from), this.pointAt(segment.to))
      if (ratio !== undefined && (!first || ratio < first.ratio)) first = { segment, ratio }
    }
    if (!first) return undefined
    const { segment, ratio } = first
    return {
      segment,
      place: { x: start.x + (to.x - start.x) * ratio, y: start.y + (to.y - start.y) * ratio },
    }
  }

  /** The segment nearest to a place within `withinM`, those at the points `except` left out. */
  findNearest(
    place: Point,
    withinM: number,
    except: readonly number[] = [],
  ): { segment: Segment; place: Point; distanceM: number } | undefined {
    let nearest: { segment: Segment; place: Point; distanceM: number } | undefined
    for (const segment of this.#near(place, place, withinM)) {
      if (except.includes(segment.from) || except.includes(segment.to)) continue
      const foot = nearestOnSegment(place, this.pointAt(segment.from), this.pointAt(segment.to))
      const distance = distanceM(place, foot)
      if (distance <= withinM && (!nearest || distance < nearest.distanceM)) {
        nearest = { segment, place: foot, distanceM: distance }
      }
    }
    return nearest
  }

  #near(a: Point, b: Point, marginM: number): Set<Segment> {
    const found = new Set<Segment>()
    for (const key of this.#cellsOf(a, b, marginM)) {
      for (const id of this.#cells.get(key) ?? []) found.add(this.segments.get(id) as Segment)
    }
    return found
  }

  *#cellsOf(a: Point, b: Point, marginM: number): Generator<string> {
    const cell = (value: number): number => Math.floor(value / CELL_M)
    for (let x = cell(Math.min(a.x, b.x) - marginM); x <= cell(Math.max(a.x, b.x) + marginM); x++) {
      for (let y = cell(Math.min(a.y, b.y) - marginM); y <= cell(Math.max(a.y, b.y) + marginM); y++) {
        yield `${x},${y}`
      }
    }
  }
}
