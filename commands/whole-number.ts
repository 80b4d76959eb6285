import { KerbsideError } from '../model/error.ts'

/** Of an option; throws a KerbsideError INVALID_REQUEST that names it. */
export function wholeNumber(name: string, value: string): number {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new KerbsideError('INVALID_REQUEST', `${name}: ${value} is no whole number from 0`)
}
