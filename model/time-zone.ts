import { z } from 'zod'

const MESSAGE = 'must be a time zone of the IANA database, such as Europe/Berlin'

/** Letters first, which no offset from UTC has; the database's own names have no other signs than these. */
const NAME = /^[A-Za-z][A-Za-z0-9_+-]*(\/[A-Za-z0-9_+-]+)*$/

/** A time zone by its name in the IANA database, whatever its capitals were; kept in the database's own spelling. */
export const timeZoneSchema = z
  .string()
  .regex(NAME, { message: MESSAGE, abort: true })
  .overwrite(spell)
  .refine((name) => isLikeInDatabase(name) && findZone(name) !== undefined, MESSAGE)

function spell(name: string): string {
  const zone = findZone(name)
  return zone !== undefined && zone.toLowerCase() === name.toLowerCase() ? zone : name
}

/**
 * The zone that Intl takes for a name: the name itself, or what it is another name of. So the spelling of other names,
 * such as Asia/Kolkata, cannot be asked for.
 */
function findZone(name: string): string | undefined {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return undefined
  }
}

/** Each word begins with a capital, but for `of`, `es` and the like, and the words of a place are not all capitals. */
function isLikeInDatabase(name: string): boolean {
  const words = name.split(/[/_-]/)
  return words.every((word) => /^([A-Z0-9+]|of$|es$|au$)/.test(word)) && !/\/.*[A-Z]{4}/.test(name)
}
