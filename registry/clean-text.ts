/**
 * Text that both databases take: PostgreSQL refuses NUL and unpaired surrogates, and what a device sent must never
 * stop the ingest by way of a detail that quotes it.
 */
export function cleanText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD')
}
