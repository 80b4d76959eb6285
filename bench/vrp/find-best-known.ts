import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'
import { z } from 'zod'

const BEST_KNOWN = z.record(z.string(), z.object({ best_known_cost: z.number() }))

/** From the solution beside an instance, or from `best-known.json` there; undefined where there is neither. */
export function findBestKnown(path: string): number | undefined {
  const name = basename(path, extname(path))
  const solution = join(dirname(path), `${name}.sol`)
  if (existsSync(solution)) {
    const cost = /^Cost:?\s+([\d.]+)/m.exec(readFileSync(solution, 'utf8'))?.[1]
    if (cost === undefined) throw new Error(`${solution} names no cost`)
    return Number(cost)
  }
  const list = join(dirname(path), 'best-known.json')
  if (!existsSync(list)) return undefined
  const costs = BEST_KNOWN.parse(JSON.parse(readFileSync(list, 'utf8')))
  // The plain name stands for the fewest vehicles, which may take a longer way.
  return (costs[`${name}_distance`] ?? costs[name])?.best_known_cost
}
