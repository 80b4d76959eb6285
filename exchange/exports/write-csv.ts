import type { ExportColumn, ExportRow } from './export-columns.ts'

/** As of RFC 4180, with lines that end in a line feed alone. */
export function writeCsvHead(columns: readonly ExportColumn[]): string {
  return `${columns.map(({ name }) => name).join(',')}\n`
}

export function writeCsvRows(columns: readonly ExportColumn[], rows: readonly ExportRow[]): string {
  let text = ''
  for (const row of rows) {
    for (let index = 0; index < columns.length; index += 1) {
      if (index > 0) text += ','
      const value = row[index]
      if (value === undefined || value === null) continue
      if (typeof value === 'string') text += writeText(value)
      else if (columns[index]?.type === 'time') text += new Date(value as number).toISOString()
      else text += String(value)
    }
    text += '\n'
  }
  return text
}

/**
 * A spreadsheet takes a text that begins with one of these for a formula (CWE-1236): a quotation mark before it prevents that.
 * What the grammar of CSV knows is quoted.
 */
function writeText(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
