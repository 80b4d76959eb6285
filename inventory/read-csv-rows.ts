import { parse } from 'csv-parse/sync'
import type { Inventory } from './inventory.ts'

const DELIMITERS = [',', ';', '\t'] as const

/** The lines of a CSV file, each a row, with whatever of commas, semicolons and tabs its first line has the most of. */
export function readCsvRows(text: string): Inventory {
  const header = text.slice(0, text.search(/\r?\n|$/))
  const countOf = (delimiter: string): number => header.split(delimiter).length
  const delimiter = DELIMITERS.toSorted((a, b) => countOf(b) - countOf(a))[0] as string
  const records = parse(text, {
    delimiter,
    columns: (names: string[]) => names.map((name) => name.trim()),
    info: true,
    bom: true,
    trim: true,
    skip_empty_lines: true,
  }) as unknown as { record: Record<string, string>; info: { lines: number } }[]
  return {
    faults: [],
    rows: records.map(({ record, info }) => ({
      where: `line ${info.lines}`,
      values: Object.fromEntries(Object.entries(record).filter(([, value]) => value !== '')),
    })),
  }
}
