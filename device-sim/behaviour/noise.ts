/** Noise of one device: the same for the same seed, device, purpose and step, in whatever order it is asked for. */
export interface Noise {
  /** In [0, 1). */
  at(purpose: string, step: number): number
  /** About 0, with a standard deviation of 1, never beyond 3.5. */
  bellAt(purpose: string, step: number): number
}

export function createNoise(seed: number, device: string): Noise {
  const base = hash(seed | 0, device)
  const purposes = new Map<string, number>()
  const at = (purpose: string, step: number): number => {
    let key = purposes.get(purpose)
    if (key === undefined) {
      key = hash(base, purpose)
      purposes.set(purpose, key)
    }
    // Splitmix32's mixing of key and step.
    let z = (key + Math.imul(step | 0, 0x9e3779b9) + Math.floor(step / 4_294_967_296)) | 0
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad)
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97)
    return ((z ^ (z >>> 15)) >>> 0) / 4_294_967_296
  }
  return {
    at,
    bellAt(purpose, step) {
      // Irwin and Hall: four uniform numbers have a variance of a third.
      let sum = -2
      for (let index = 0; index < 4; index++) sum += at(`${purpose}${index}`, step)
      return sum * Math.sqrt(3)
    },
  }
}

// FNV-1a, begun with the key.
function hash(key: number, text: string): number {
  let value = (0x811c9dc5 ^ key) >>> 0
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value | 0
}
