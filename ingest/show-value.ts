const SHOWN_CHARACTERS = 100

/** A value as JSON, cut where it is long; a number beyond all that JSON.stringify would call null. */
export function showValue(value: unknown): string {
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value) ?? 'undefined'
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text
}
