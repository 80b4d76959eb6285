import { FeedRefusal } from './import-fault.ts'
import { type Feed, readTable } from './read-table.ts'
import { translationKey } from './translation-key.ts'

const FILE = 'translations.txt'
/** Some 200 bytes each. */
const TRANSLATIONS_MAX = 500_000

/** By `translationKey`. */
export function readTranslations(feed: Feed): Map<string, string> {
  const translations = new Map<string, string>()
  readTable(
    feed,
    {
      file: FILE,
      required: ['table_name', 'field_name', 'language', 'translation'],
      optional: ['record_id', 'record_sub_id', 'field_value'],
    },
    (table) => (row) => {
      const tableName = table.requireText(row, 'table_name')
      const field = table.requireText(row, 'field_name')
      const language = table.requireText(row, 'language')
      if (tableName === undefined || field === undefined || language === undefined) return
      const recordId = row.text(table.columns.record_id)
      const value = row.text(table.columns.field_value)
      if (recordId !== '' && value !== '') {
        const message = 'record_id and field_value are both given; one of them is allowed'
        table.error(row, 'field_value', 'translation_unexpected_value', message)
        return
      }
      if (translations.size >= TRANSLATIONS_MAX) {
        throw new FeedRefusal(
          { file: FILE },
          'too_large',
          `more than ${TRANSLATIONS_MAX} translations; so many are allowed`,
        )
      }
      const subId = row.text(table.columns.record_sub_id)
      const record = recordId === '' ? { value } : { id: subId === '' ? recordId : `${recordId}/${subId}` }
      const key = translationKey(tableName, field, language, record)
      translations.set(key, row.text(table.columns.translation))
    },
  )
  return translations
}
