import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { tryMapping } from '../../ingest/mapping/try-mapping.ts'
import { newMappingSchema } from '../../model/mapping.ts'
import { READY_MAPPINGS } from '../../model/mappings/ready-mappings.ts'
import { REJECTION_REASONS } from '../../model/rejection.ts'
import { formatTime } from '../../model/time.ts'
import { UNITS } from '../../model/unit.ts'
import { decodePayload } from '../ingest/decode-payload.ts'

const PAGE = readFileSync(new URL('../../docs/mappings.md', import.meta.url), 'utf8')
const SENML_PAGE = readFileSync(new URL('../../docs/senml.md', import.meta.url), 'utf8')
const NOW = Date.parse('2026-02-16T16:00:00Z')

/** The JSON of a page's text that is marked as code. */
function listCode(text: string): readonly unknown[] {
  return [...text.matchAll(/`({.*?}+|\[.*?\])`/g)].map(([, code]) => JSON.parse(code ?? ''))
}

const rows = PAGE.split('\n')
  .filter((line) => line.includes('"from"') && line.startsWith('|'))
  .map((line) => line.split('|').slice(1, -1))

test.each(rows)('the page’s rule%s is read as it says', (_, rules = '', sent = '', expected = '') => {
  const mapping = newMappingSchema.parse({ id: 'mine', name: 'Mine', kind: 'bin', rules: listCode(rules) })
  const port = Number(/at port (\d+)/.exec(sent)?.[1] ?? 3)
  const trial = tryMapping({ mapping, sample: listCode(sent)[0], port, now: NOW })
  const reason = /refused: `(\w+)`/.exec(expected)?.[1]
  if (reason === undefined) expect(trial.readings[0]?.fields).toEqual(listCode(expected)[0])
  else expect(trial.rejection?.reason).toBe(reason)
})

test('the page’s mappings are mappings', () => {
  const examples = [...PAGE.matchAll(/^```json\n([\s\S]*?)^```$/gm)].map(([, code]) => JSON.parse(code ?? ''))
  expect(examples).toHaveLength(2)
  for (const example of examples) expect(newMappingSchema.safeParse(example).error).toBeUndefined()
})

test('the page names every ready mapping, unit, and reason as it is', () => {
  for (const { mapping } of READY_MAPPINGS) expect(PAGE).toContain(`| \`${mapping.id}\` |`)
  for (const unit of Object.keys(UNITS)) expect(PAGE).toContain(`\`${unit}\``)
  const told = [...(PAGE.split('## Uplinks that')[1] ?? '').matchAll(/^\| `(\w+)` \|/gm)].map(
    ([, reason]) => reason,
  )
  for (const reason of told) expect(REJECTION_REASONS).toContain(reason)
  expect(told.length).toBeGreaterThan(5)
})

test('the page on SenML is read as it says', () => {
  const [, pack = ''] = /^```json\n([\s\S]*?)^```$/m.exec(SENML_PAGE) ?? []
  const { readings } = decodePayload({
    payload: pack,
    topic: 'kerbside/v1/town/bin/bin-17/reading',
    devices: [{ id: 'bin-17', kind: 'bin', settings: { emptyDistanceMm: 1200, fullDistanceMm: 200 } }],
  })
  expect(
    readings.map(({ time, fields }) => [formatTime(time), fields['distanceMm'], fields['temperatureC']]),
  ).toEqual([
    ['2026-02-16T15:58:00.000Z', 700, 21.5],
    ['2026-02-16T15:48:00.000Z', 800, undefined],
  ])
})
