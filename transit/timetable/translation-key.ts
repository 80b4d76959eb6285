/** What a translation is kept by: it is of one record, or of all fields that have a text. Languages are without capitals. */
export function translationKey(
  table: string,
  field: string,
  language: string,
  record: { readonly id: string } | { readonly value: string },
): string {
  const of = 'id' in record ? `#${record.id}` : `=${record.value}`
  return `${table}.${field}@${language.toLowerCase()}${of}`
}
