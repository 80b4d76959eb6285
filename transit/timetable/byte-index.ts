import { GrowingArray } from './growing-array.ts'
import { FeedRefusal } from './import-fault.ts'

const NONE = -1
/** Of all ids of a table; ten million of some length fit. */
const BYTES_MAX = 256 * 1024 * 1024

/**
 * Numbers ids from 0 in the order in which they come, straight from a file's bytes: ten million stop times name their trips
 * and stops by ids, and a string for each would cost more than all the rest.
 */
export class ByteIndex {
  /** Of each id its end in `#bytes`, where the next begins. */
  readonly #ends = new GrowingArray((length) => new Uint32Array(length))
  readonly #hashes = new GrowingArray((length) => new Int32Array(length))
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(4096)
  #bytesLength = 0
  /** Open addressing: the number of an id, at its hash or the next place that is free. */
  #slots = new Int32Array(1024).fill(NONE)

  get count(): number {
    return this.#ends.length
  }

  /** -1 where it was never added. */
  find(buffer: Uint8Array, start: number, end: number): number {
    return this.#slots[this.#findSlot(buffer, start, end, hashOf(buffer, start, end))] as number
  }

  /** Adds it where it is new, so that `count` grows. */
  add(buffer: Uint8Array, start: number, end: number): number {
    const hash = hashOf(buffer, start, end)
    const slot = this.#findSlot(buffer, start, end, hash)
    const known = this.#slots[slot] as number
    if (known !== NONE) return known
    const index = this.#ends.length
    this.#append(buffer, start, end)
    this.#hashes.push(hash)
    this.#slots[slot] = index
    if (index * 2 > this.#slots.length) this.#spread()
    return index
  }

  text(index: number): string {
    const start = index === 0 ? 0 : (this.#ends.values[index - 1] as number)
    return Buffer.from(this.#bytes.buffer, start, (this.#ends.values[index] as number) - start).toString()
  }

  texts(): string[] {
    return Array.from({ length: this.count }, (_, index) => this.text(index))
  }

  #findSlot(buffer: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.#slots.length - 1
    let slot = hash & mask
    for (;;) {
      const index = this.#slots[slot] as number
      if (index === NONE) return slot
      if (this.#hashes.values[index] === hash && this.#isAt(index, buffer, start, end)) return slot
      slot = (slot + 1) & mask
    }
  }

  #isAt(index: number, buffer: Uint8Array, start: number, end: number): boolean {
    const from = index === 0 ? 0 : (this.#ends.values[index - 1] as number)
    if ((this.#ends.values[index] as number) - from !== end - start) return false
    const bytes = this.#bytes
    for (let at = start, to = from; at < end; at += 1, to += 1) if (buffer[at] !== bytes[to]) return false
    return true
  }

  #append(buffer: Uint8Array, start: number, end: number): void {
    const length = end - start
    if (this.#bytesLength + length > BYTES_MAX) {
      throw new FeedRefusal(
        {},
        'too_large',
        `the ids of a table take more than ${BYTES_MAX} bytes, which are allowed`,
      )
    }
    if (this.#bytesLength + length > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#bytesLength + length))
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    this.#bytes.set(buffer.subarray(start, end), this.#bytesLength)
    this.#bytesLength += length
    this.#ends.push(this.#bytesLength)
  }

  #spread(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(NONE)
    const mask = this.#slots.length - 1
    for (let index = 0; index < this.#ends.length; index += 1) {
      let slot = (this.#hashes.values[index] as number) & mask
      while (this.#slots[slot] !== NONE) slot = (slot + 1) & mask
      this.#slots[slot] = index
    }
  }
}

/** FNV-1a, its low bits stirred, since ids differ mostly in their last characters. */
function hashOf(buffer: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (buffer[at] as number), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return hash ^ (hash >>> 13)
}
