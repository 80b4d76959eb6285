import type { DatasetTerms } from '../dataset-terms.ts'
import type { ColumnType, ExportColumn } from './export-columns.ts'

interface DescribedFile {
  /** Of the CSV file. */
  readonly url: string
  readonly date: string
  readonly timeZone: string
  /** What people call the authority. */
  readonly publisher: string
  readonly terms: DatasetTerms
  readonly columns: readonly ExportColumn[]
}

const DATATYPES: Readonly<Record<ColumnType, string>> = {
  text: 'string',
  number: 'double',
  boolean: 'boolean',
  time: 'dateTimeStamp',
}

/** What a CSV file holds and on which terms, as of the W3C's CSV on the Web, found under the file's own address. */
export function writeCsvMetadata({ url, date, timeZone, publisher, terms, columns }: DescribedFile): object {
  const { title, description, licence, attribution, delaySeconds } = terms
  return {
    '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }],
    url,
    'dc:title': `${title}, ${date}`,
    'dc:description': `${description} Of the day ${date} in ${timeZone}; times are in UTC.${delaySeconds > 0 ? ` Told ${delaySeconds} seconds after it was measured at the earliest.` : ''}`,
    'dc:publisher': publisher,
    ...(licence !== undefined && { 'dc:license': { '@id': licence } }),
    ...(attribution !== undefined && { 'dc:rights': attribution }),
    dialect: { encoding: 'utf-8', header: true, lineTerminators: ['\n'] },
    tableSchema: {
      columns: columns.map(({ name, type }) => ({
        name,
        titles: name,
        datatype: DATATYPES[type],
        required: name === 'device' || type === 'time',
      })),
      primaryKey: columns.flatMap(({ name }) =>
        ['device', 'time', 'lane', 'direction'].includes(name) ? [name] : [],
      ),
    },
  }
}
