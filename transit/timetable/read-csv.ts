import { isUtf8 } from 'node:buffer'
import { CsvRow } from './csv-row.ts'
import { type FaultList, FeedRefusal } from './import-fault.ts'

/** A longer row is none: what has no line breaks must not be kept whole. */
const ROW_BYTES_MAX = 1024 * 1024
const LF = 0x0a

/**
 * Gives each row of a file to `onRow`, the header too, blank lines left out. Of the file no more than a piece and a row are in
 * memory. What is no CSV in UTF-8 is thrown as FeedRefusal with its row.
 */
export function readCsv(
  file: string,
  pieces: Iterable<Uint8Array>,
  faults: FaultList,
  onRow: (row: CsvRow) => void,
): void {
  const row = new CsvRow()
  let buffer: Uint8Array = new Uint8Array(0)
  /** Where what is not read yet begins. */
  let start = 0
  let end = 0
  let isFirst = true
  for (const piece of pieces) {
    append(isFirst ? skipMark(piece) : piece)
    isFirst = false
    readRows(false)
  }
  readRows(true)

  function skipMark(piece: Uint8Array): Uint8Array {
    const [first, second, third] = piece
    if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
      throw wrongEncoding(1, 'UTF-16')
    }
    if (first !== 0xef || second !== 0xbb || third !== 0xbf) return piece
    faults.warn({ file }, 'byte_order_mark', 'it begins with a byte order mark, which UTF-8 does not need')
    return piece.subarray(3)
  }

  /** Puts a piece behind the bytes that are not read yet. */
  function append(piece: Uint8Array): void {
    const kept = buffer.subarray(start, end)
    if (kept.length + piece.length > buffer.length) {
      buffer = new Uint8Array(Math.max(2 * buffer.length, kept.length + piece.length))
      buffer.set(kept)
    } else buffer.copyWithin(0, start, end)
    buffer.set(piece, kept.length)
    start = 0
    end = kept.length + piece.length
  }

  function readRows(isLast: boolean): void {
    const complete = isLast ? end : buffer.lastIndexOf(LF, end - 1) + 1
    if (complete > start) checkEncoding(complete)
    while (start < end) {
      row.number += 1
      const next = row.read(buffer, start, end, isLast)
      if (next === -1) {
        row.number -= 1
        break
      }
      if (next === -2) {
        throw new FeedRefusal(
          { file, row: row.number },
          'csv_parsing_failed',
          'it is no row of CSV: a field with quotes has them around the whole of it, and doubled within',
        )
      }
      start = next
      if (!row.isBlank) onRow(row)
    }
    if (end - start > ROW_BYTES_MAX) {
      throw new FeedRefusal(
        { file, row: row.number + 1 },
        'csv_parsing_failed',
        `the row is longer than ${ROW_BYTES_MAX} bytes`,
      )
    }
  }

  function checkEncoding(to: number): void {
    const whole = buffer.subarray(start, to)
    if (isUtf8(whole) && !whole.includes(0)) return
    let number = row.number
    for (let at = start; at < to; ) {
      const lineEnd = buffer.indexOf(LF, at)
      const next = lineEnd === -1 || lineEnd >= to ? to : lineEnd + 1
      const line = buffer.subarray(at, next)
      number += 1
      if (line.includes(0)) throw wrongEncoding(number, 'UTF-16')
      if (!isUtf8(line)) throw wrongEncoding(number, 'Latin-1 or another code page')
      at = next
    }
  }

  function wrongEncoding(number: number, likely: string): FeedRefusal {
    return new FeedRefusal(
      { file, row: number },
      'wrong_encoding',
      `it is not UTF-8, which a feed has to be, but looks like ${likely}`,
    )
  }
}
