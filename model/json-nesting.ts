/**
 * How deep JSON from outside may be nested (RFC 8259, 9, allows a limit). No device comes near it; and what walks through
 * a value by recursion, JSON.stringify among it, runs out of stack at some thousands.
 */
export const NESTING_MAX = 64

/** Whether arrays and objects are nested deeper than `NESTING_MAX`; of what is no JSON it says something too, and never throws. */
export function isNestedTooDeep(json: Uint8Array): boolean {
  // Each level takes a bracket at either end: what nearly every device sends is too short for it.
  if (json.byteLength <= 2 * NESTING_MAX) return false
  let depth = 0
  let isInString = false
  for (let index = 0; index < json.byteLength; index += 1) {
    const byte = json[index]
    if (isInString) {
      if (byte === BACKSLASH) index += 1
      else if (byte === QUOTE) isInString = false
    } else if (byte === QUOTE) isInString = true
    else if (byte === OPENING_BRACKET || byte === OPENING_BRACE) {
      depth += 1
      if (depth > NESTING_MAX) return true
    } else if (byte === CLOSING_BRACKET || byte === CLOSING_BRACE) depth -= 1
  }
  return false
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d
