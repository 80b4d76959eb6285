import { READY_MAPPINGS } from '../../model/mappings/ready-mappings.ts'
import { readPath } from './read-path.ts'

/**
 * The ready mapping that seems to fit a device: by what its network knows of its make (`Uplink.makeWords`), otherwise by the fields
 * of its payload, where the one of which most are there is taken. Undefined where none does.
 */
export function suggestMapping(
  makeWords: readonly string[],
  decoded: Readonly<Record<string, unknown>> | null,
): string | undefined {
  const words = makeWords.join(' ').toLowerCase().replaceAll('_', '-')
  return byMake(words) ?? (decoded ? byFields(decoded) : undefined)
}

function byMake(words: string): string | undefined {
  const found = READY_MAPPINGS.find(({ makes }) =>
    makes.some((make) => make.every((word) => words.includes(word))),
  )
  return found?.mapping.id
}

function byFields(decoded: Readonly<Record<string, unknown>>): string | undefined {
  let best: string | undefined
  let most = 0
  for (const { mapping, fields } of READY_MAPPINGS) {
    for (const paths of fields) {
      if (paths.length <= most || !paths.every((path) => readPath(decoded, path) !== undefined)) continue
      best = mapping.id
      most = paths.length
    }
  }
  return best
}
