/** The day (`YYYY-MM-DD`) that a place's calendar shows at a time in ms since 1970. */
export function localDate(time: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-u-ca-iso8601-nu-latn', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(time)
  const partOf = (wanted: string): string => parts.find(({ type }) => type === wanted)?.value ?? ''
  return `${partOf('year').padStart(4, '0')}-${partOf('month')}-${partOf('day')}`
}
