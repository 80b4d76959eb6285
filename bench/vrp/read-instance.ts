import { existsSync, readFileSync } from 'node:fs'
import { basename, extname } from 'node:path'
import { KerbsideError } from '../../model/error.ts'
import { findBestKnown } from './find-best-known.ts'
import type { Instance } from './instance.ts'
import { readKim } from './read-kim.ts'
import { readSolomon } from './read-solomon.ts'
import { readVrplib } from './read-vrplib.ts'

/** Reads an instance in whichever of the formats it is, told by what is in it; its best known cost stands beside it. */
export function readInstance(path: string): Instance {
  if (!existsSync(path)) throw new KerbsideError('NOT_FOUND', `vrp: there is no ${path}`)
  const text = readFileSync(path, 'utf8')
  const name = basename(path, extname(path))
  const bestKnown = findBestKnown(path)
  if (/^NODE_COORD_SECTION/m.test(text)) return readVrplib(name, text, bestKnown)
  if (/^CUST NO\./m.test(text)) return readSolomon(name, text, bestKnown)
  if (/^Stop_ID/m.test(text)) return readKim(name, text, bestKnown)
  throw new KerbsideError('INVALID_FILE', `vrp: ${path} is neither of CVRPLIB nor of Solomon nor of Kim`)
}
