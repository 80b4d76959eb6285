/** Where in the console one is: `#/{authority}/{page}/{step}/…`. Never holds a key. */
export interface Address {
  readonly authority: string | undefined
  readonly page: string | undefined
  readonly steps: readonly string[]
}

export function readAddress(hash: string): Address {
  const [authority, page, ...steps] = hash
    .replace(/^#?\/?/, '')
    .split('/')
    .filter((part) => part !== '')
    .map(decode)
  return { authority, page, steps }
}

export function writeAddress(...parts: readonly string[]): string {
  return `#/${parts.map(encodeURIComponent).join('/')}`
}

/** Somebody may have typed it. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
