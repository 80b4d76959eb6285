import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { type CsvError, parse } from 'csv-parse'
import { KerbsideError, messageOf } from '../../model/error.ts'
import { ID_PATTERN } from '../../model/id.ts'
import { parseTime } from '../../model/time.ts'

/** One row of a CSV file. Each getter throws INVALID_FILE naming file, row, column, what is there and what is allowed. */
export interface CsvRow {
  /** May be empty. */
  text(column: string): string
  id(column: string): string
  number(column: string, min: number, max: number): number
  /** Undefined where the cell is empty. */
  optionalNumber(column: string, min: number, max: number): number | undefined
  /** RFC 3339, as ms since 1970. */
  time(column: string): number
  fail(column: string, allowed: string): never
}

/** The rows of a CSV file, gzipped where its name ends in `.gz`, read as a stream. Its first line names the columns. */
export async function* readCsv(path: string, columns: readonly string[]): AsyncGenerator<CsvRow> {
  const parser = parse({
    columns: (names: string[]) => checkColumns(path, names, columns),
    info: true,
    bom: true,
  })
  const file = createReadStream(path)
  const ended = (error: unknown): void => {
    if (error) parser.destroy(error as Error)
  }
  if (path.endsWith('.gz')) pipeline(file, createGunzip(), parser, ended)
  else pipeline(file, parser, ended)
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: Record<string, string>
      info: { lines: number }
    }>) {
      yield createRow(path, info.lines, record)
    }
  } catch (error) {
    if (error instanceof KerbsideError) throw error
    throw new KerbsideError('INVALID_FILE', `${path}${placeOf(error)}: ${messageOf(error)}`, { cause: error })
  }
}

function checkColumns(path: string, names: readonly string[], columns: readonly string[]): string[] {
  const missing = columns.filter((column) => !names.includes(column))
  if (missing.length > 0) {
    throw new KerbsideError(
      'INVALID_FILE',
      `${path}, row 1: the column ${missing.join(', ')} is missing; there are ${names.join(', ')}`,
    )
  }
  return [...names]
}

function createRow(path: string, line: number, record: Readonly<Record<string, string>>): CsvRow {
  const row: CsvRow = {
    text: (column) => record[column] ?? '',
    id(column) {
      const id = row.text(column)
      return ID_PATTERN.test(id) ? id : row.fail(column, '1 to 63 letters, digits, "_" or "-"')
    },
    number(column, min, max) {
      const text = row.text(column)
      const value = text.trim() === '' ? Number.NaN : Number(text)
      return value >= min && value <= max ? value : row.fail(column, `a number from ${min} to ${max}`)
    },
    optionalNumber: (column, min, max) =>
      row.text(column) === '' ? undefined : row.number(column, min, max),
    time(column) {
      return parseTime(row.text(column)) ?? row.fail(column, 'a time such as 2026-02-16T15:58:00Z')
    },
    fail(column, allowed) {
      throw new KerbsideError(
        'INVALID_FILE',
        `${path}, row ${line}, column ${column}: "${row.text(column)}" is not allowed, but ${allowed}`,
        { faults: [{ path: column, message: allowed }] },
      )
    },
  }
  return row
}

function placeOf(error: unknown): string {
  const lines = (error as Partial<CsvError> & { lines?: unknown }).lines
  return typeof lines === 'number' ? `, row ${lines}` : ''
}
