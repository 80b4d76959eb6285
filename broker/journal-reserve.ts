import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { createRandom } from '../model/random.ts'

const RESERVE_BYTES_MAX = 8 * 1_048_576
const RESERVE_BYTES_MIN = 1_048_576
/** What stays free beside the reserve when it is made. */
const SPARE_BYTES = 262_144
const CHUNK_BYTES = 65_536

/**
 * A file that holds disk space for the moment at which the disk is full: forgetting a message needs some, and so does
 * moving what is committed from the write-ahead log into the database. It is given up then, and taken again as soon
 * as there is room for it.
 */
export interface DiskReserve {
  readonly bytes: number
  isHeld(): boolean
  release(): void
  /** Whether it is held now. */
  tryTake(): boolean
}

/** On a small disk the reserve is an eighth of what is free when it is first made. */
export function createDiskReserve(path: string): DiskReserve {
  const folder = dirname(path)
  let isHeld = existsSync(path)
  const bytes = isHeld
    ? clamp(statSync(path).size)
    : clamp(Math.floor(freeBytes(folder) / 8 / CHUNK_BYTES) * CHUNK_BYTES)
  // A crash may have left it half made.
  if (isHeld && statSync(path).size < bytes) release()

  return { bytes, isHeld: () => isHeld, release, tryTake }

  function release(): void {
    rmSync(path, { force: true })
    isHeld = false
  }

  function tryTake(): boolean {
    if (isHeld) return true
    if (freeBytes(folder) < bytes + SPARE_BYTES) return false
    try {
      fill(path, bytes)
      isHeld = true
    } catch {
      release()
    }
    return isHeld
  }
}

export function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}

function clamp(bytes: number): number {
  return Math.min(RESERVE_BYTES_MAX, Math.max(RESERVE_BYTES_MIN, bytes))
}

// Filled with noise, since a file system that compresses keeps no space for zeros.
function fill(path: string, bytes: number): void {
  const random = createRandom(1)
  const chunk = Uint8Array.from({ length: CHUNK_BYTES }, () => random() * 256)
  const file = openSync(path, 'w')
  try {
    for (let written = 0; written < bytes; written += chunk.length) writeSync(file, chunk)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}
