/** Fields of a row; a feed's widest table has some twenty. */
const FIELDS_MAX = 1_000

const QUOTE = 0x22
const COMMA = 0x2c
const CR = 0x0d
const LF = 0x0a
const SPACE = 0x20

/**
 * One row of CSV (RFC 4180) as places in a buffer, read anew for each row of a table. Spaces around a field are left out. A
 * column of -1, which is not in the table, is empty.
 */
export class CsvRow {
  /** Counted from 1, which is the header. */
  number = 0
  count = 0
  buffer: Uint8Array = new Uint8Array(0)
  readonly #starts = new Int32Array(FIELDS_MAX)
  readonly #ends = new Int32Array(FIELDS_MAX)

  /**
   * Reads the row at `start` and returns where the next begins; -1 where the row is not complete before `end`, and -2 where it
   * is no row: characters behind a closing quote, or more than `FIELDS_MAX` fields. With `isLast` the end is a row's end.
   */
  read(buffer: Uint8Array, start: number, end: number, isLast: boolean): number {
    const starts = this.#starts
    const ends = this.#ends
    let count = 0
    let at = start
    let fieldStart = start
    let hasPairs = false
    this.buffer = buffer
    for (;;) {
      let fieldEnd: number
      if (at < end && buffer[at] === QUOTE) {
        let closing = at + 1
        for (;;) {
          while (closing < end && buffer[closing] !== QUOTE) closing += 1
          if (closing + 1 < end && buffer[closing + 1] === QUOTE) {
            hasPairs = true
            closing += 2
          } else break
        }
        // A quote that is the last byte so far may be the first of a pair.
        if (closing >= end) return isLast ? -2 : -1
        if (closing + 1 >= end && !isLast) return -1
        fieldStart = at + 1
        fieldEnd = closing
        at = closing + 1
        while (at < end && buffer[at] === SPACE) at += 1
        if (at < end && buffer[at] === CR) at += 1
        if (at < end && buffer[at] !== COMMA && buffer[at] !== LF) return -2
      } else {
        let byte = -1
        while (at < end) {
          byte = buffer[at] as number
          if (byte === COMMA || byte === LF) break
          at += 1
        }
        fieldEnd = at
        if (at < end && byte === LF && fieldEnd > fieldStart && buffer[fieldEnd - 1] === CR) fieldEnd -= 1
        if (at >= end && isLast && fieldEnd > fieldStart && buffer[fieldEnd - 1] === CR) fieldEnd -= 1
      }
      if (count === FIELDS_MAX) return -2
      while (fieldEnd > fieldStart && buffer[fieldEnd - 1] === SPACE) fieldEnd -= 1
      while (fieldStart < fieldEnd && buffer[fieldStart] === SPACE) fieldStart += 1
      starts[count] = fieldStart
      ends[count] = fieldEnd
      count += 1
      if (at >= end) {
        if (!isLast) return -1
        break
      }
      const isRowEnd = buffer[at] === LF
      at += 1
      fieldStart = at
      if (isRowEnd) break
    }
    this.count = count
    if (hasPairs) this.#joinPairs()
    return at
  }

  /** A line without anything on it. */
  get isBlank(): boolean {
    return this.count === 1 && this.#starts[0] === this.#ends[0]
  }

  start(column: number): number {
    return this.#starts[column] as number
  }

  end(column: number): number {
    return this.#ends[column] as number
  }

  isEmpty(column: number): boolean {
    return column < 0 || column >= this.count || this.#starts[column] === this.#ends[column]
  }

  text(column: number): string {
    if (this.isEmpty(column)) return ''
    const { buffer } = this
    const start = this.start(column)
    return Buffer.from(buffer.buffer, buffer.byteOffset + start, this.end(column) - start).toString()
  }

  /** Two quotes within quotes are one; the row is complete, so its bytes may be moved. */
  #joinPairs(): void {
    const { buffer } = this
    for (let field = 0; field < this.count; field += 1) {
      const start = this.start(field)
      const end = this.end(field)
      if (buffer[start - 1] !== QUOTE) continue
      let to = start
      for (let at = start; at < end; at += 1, to += 1) {
        buffer[to] = buffer[at] as number
        if (buffer[at] === QUOTE && buffer[at + 1] === QUOTE) at += 1
      }
      this.#ends[field] = to
    }
  }
}
