import type { ReadableSegment } from './journal-segment.ts'

const TAIL_BYTES = 32 * 1_048_576
/** What a segment takes beside its body, about. */
const SEGMENT_BYTES = 512

/** The segments committed last, in memory, so that a reader that keeps up never waits for the disk. */
export class JournalTail {
  readonly #limitBytes: number
  #segments: ReadableSegment[] = []
  /** Those before it were let go; they are cut off once they are many. */
  #start = 0
  #bytes = 0

  constructor(limitBytes = TAIL_BYTES) {
    this.#limitBytes = limitBytes
  }

  push(segment: ReadableSegment): void {
    this.#segments.push(segment)
    this.#bytes += segment.body.length + SEGMENT_BYTES
    while (this.#bytes > this.#limitBytes) this.#shift()
  }

  dropThrough(position: number): void {
    for (let first = this.#first(); first && first.lastPosition <= position; first = this.#first())
      this.#shift()
  }

  /** The segment that holds a position, where the tail reaches back to it. */
  find(position: number): ReadableSegment | undefined {
    let low = this.#start
    let high = this.#segments.length - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const segment = this.#segments[middle]
      if (!segment) return undefined
      if (position < segment.firstPosition) high = middle - 1
      else if (position > segment.lastPosition) low = middle + 1
      else return segment
    }
    return undefined
  }

  #first(): ReadableSegment | undefined {
    return this.#segments[this.#start]
  }

  #shift(): void {
    const first = this.#first()
    if (!first) return
    this.#bytes -= first.body.length + SEGMENT_BYTES
    this.#start += 1
    if (this.#start < 64 || this.#start * 2 < this.#segments.length) return
    this.#segments = this.#segments.slice(this.#start)
    this.#start = 0
  }
}
