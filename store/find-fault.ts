import { fieldsOf, type Reading } from '../model/reading.ts'

/** How many parts one device may have: a counter may name its directions as it likes, and each is kept in memory. */
export const PARTS_PER_DEVICE_MAX = 256

// What the nanoseconds of a 64-bit integer reach, InfluxDB's range: 1677-09-21 to 2262-04-11.
const TIME_MIN = -9_223_372_036_854
const TIME_MAX = 9_223_372_036_854

/**
 * Why no store takes the reading, in a sentence, or undefined where it may be written. Decoders check more than this;
 * here is only what would otherwise be altered in silence or fail differently in each database.
 */
export function findFault(reading: Reading): string | undefined {
  const { time, receivedTime, part, fields } = reading
  if (!isStorableTime(time)) return describeTime('time', time)
  if (!isStorableTime(receivedTime)) return describeTime('receivedTime', receivedTime)
  const textFault = findTextFault(part)
  if (textFault !== undefined) return `part ${textFault}`
  const types = fieldsOf(reading.kind)
  for (const name in fields) {
    const value = fields[name]
    const type = Object.hasOwn(types, name) ? types[name] : undefined
    if (type === undefined) return `${name} is no field of a ${reading.kind} reading`
    if (typeof value !== type) return `${name} is ${JSON.stringify(value)}, and must be a ${type}`
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) return `${name} is ${value}, and must be finite`
    } else if (typeof value === 'string') {
      const fault = findTextFault(value)
      if (fault !== undefined) return `${name} ${fault}`
    }
  }
  return undefined
}

function isStorableTime(time: number): boolean {
  return Number.isInteger(time) && time >= TIME_MIN && time <= TIME_MAX
}

function describeTime(name: string, time: number): string {
  return `${name} is ${time}, and must be whole milliseconds since 1970 between ${TIME_MIN} and ${TIME_MAX}`
}

function findTextFault(text: string): string | undefined {
  if (!text.isWellFormed()) return 'has half of a surrogate pair, which no UTF-8 can carry'
  if (text.includes('\0')) return 'has a NUL character, which no store keeps'
  return undefined
}
