const ZERO = 0x30
const COLON = 0x3a
const MINUS = 0x2d
const PLUS = 0x2b
const POINT = 0x2e

/** Powers of ten that a double holds exactly: a quotient by one of them is rounded once, as `Number` would. */
const POWERS = Array.from({ length: 16 }, (_, power) => 10 ** power)

/** A whole number from 0; -1 where it is none, or has more than 9 digits. */
export function parseWhole(buffer: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > 9) return -1
  let value = 0
  for (let at = start; at < end; at += 1) {
    const digit = (buffer[at] as number) - ZERO
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** NaN where it is no number. */
export function parseDecimal(buffer: Uint8Array, start: number, end: number): number {
  let at = start
  const sign = buffer[at]
  if (sign === MINUS || sign === PLUS) at += 1
  let value = 0
  let digits = 0
  let decimals = -1
  for (; at < end; at += 1) {
    const byte = buffer[at] as number
    if (byte === POINT && decimals === -1) decimals = 0
    else if (byte >= ZERO && byte <= ZERO + 9 && digits < 15) {
      value = value * 10 + byte - ZERO
      digits += 1
      if (decimals >= 0) decimals += 1
    } else return parseRareDecimal(buffer, start, end)
  }
  if (digits === 0) return Number.NaN
  const size = decimals > 0 ? value / (POWERS[decimals] as number) : value
  return sign === MINUS ? -size : size
}

/** More digits than a double holds, or an exponent. */
function parseRareDecimal(buffer: Uint8Array, start: number, end: number): number {
  const text = Buffer.from(buffer.buffer, buffer.byteOffset + start, Math.min(end - start, 400)).toString()
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
}

/** H:MM:SS to HHH:MM:SS in seconds; -1 where it is none. Hours may pass 24. */
export function parseServiceTime(buffer: Uint8Array, start: number, end: number): number {
  const length = end - start
  if (length < 7 || length > 9 || buffer[end - 3] !== COLON || buffer[end - 6] !== COLON) return -1
  let hours = 0
  for (let at = start; at < end - 6; at += 1) {
    const digit = (buffer[at] as number) - ZERO
    if (digit < 0 || digit > 9) return -1
    hours = hours * 10 + digit
  }
  const minutes = parseSixty(buffer, end - 5)
  const seconds = parseSixty(buffer, end - 2)
  return minutes < 0 || seconds < 0 ? -1 : hours * 3600 + minutes * 60 + seconds
}

function parseSixty(buffer: Uint8Array, at: number): number {
  const tens = (buffer[at] as number) - ZERO
  const ones = (buffer[at + 1] as number) - ZERO
  return tens < 0 || tens > 5 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones
}
