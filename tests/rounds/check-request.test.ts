import { expect, test } from 'vitest'
import type { KerbsideError } from '../../model/error.ts'
import { checkRequest } from '../../rounds/check-request.ts'
import { localDate } from '../../rounds/local-date.ts'
import type { RoundInput } from '../../rounds/round-input.ts'
import { makeBin, makeLorry, makeTip, makeTown } from './round-town.ts'

const NOW = Date.parse('2026-06-30T22:30:00Z')

/** The faults that a round has; none where it may be planned. */
function listFaults(parts: Parameters<typeof makeTown>[2]): (readonly [string, string])[] {
  const input: RoundInput = makeTown(1, 3, parts)
  try {
    checkRequest(input, NOW)
    return []
  } catch (error) {
    const { code, faults, message } = error as KerbsideError
    expect(code).toBe('INVALID_REQUEST')
    expect(message).toContain(faults[0]?.message)
    return faults.map((fault) => [fault.path, fault.message] as const)
  }
}

const bins = [makeBin('bin-0'), makeBin('bin-1')]

test('what makes sense is taken', () => {
  expect(listFaults({})).toEqual([])
  expect(listFaults({ bins: [...bins, makeBin('bin-2', { longitude: 0, latitude: 0 })] })).toEqual([])
  expect(listFaults({ tips: [makeTip('day'), makeTip('night', { opens: '20:00' })] })).toEqual([])
})

test('the day may be past, and a year ahead on the calendar of the town, and no other', () => {
  expect(localDate(NOW, 'Europe/Berlin')).toBe('2026-07-01')
  expect(localDate(NOW, 'America/Los_Angeles')).toBe('2026-06-30')
  for (const [date, faults] of [
    ['1999-12-31', [['date', expect.stringContaining('2000-01-01 is the earliest')]]],
    ['2026-06-29', []],
    ['2027-07-02', []],
    ['2027-07-03', [['date', expect.stringContaining('2027-07-02 is the latest')]]],
  ] as const) {
    expect(listFaults({ request: { date } }), date).toEqual(faults)
  }
})

test.each([
  [
    'stands far from every depot',
    { longitude: 0, latitude: 0 },
    /km from the nearest depot: check its place/,
  ],
  ['holds more than any lorry', { capacityLitres: 30_000 }, /30000 litres are more than any lorry .*10000/],
  [
    'is of a stream that no lorry takes',
    { stream: 'glass' },
    /no lorry of this round takes its stream, glass/,
  ],
  ['needs what no lorry can', { skills: ['crane'] }, /skills that it needs: crane/],
  ['is collected when nobody works', { collectFrom: '20:00' }, /20:00 to 24:00, when no lorry works/],
  [
    'has hours that end before they start',
    { collectFrom: '09:00', collectUntil: '08:00' },
    /end before they start/,
  ],
])('a bin that %s is refused where it is named, and left where it is not', (_, fields, message) => {
  const parts = {
    bins: [...bins, makeBin('odd', fields)],
    lorries: [makeLorry('lorry-1', { streams: ['paper'] })],
  }
  expect(listFaults(parts)).toEqual([])
  const fault = expect.stringMatching(new RegExp(`bin odd: .*${message.source}`))
  expect(listFaults({ ...parts, request: { deviceIds: ['bin-0', 'odd'] } })).toEqual([['deviceIds.1', fault]])
  expect(listFaults({ ...parts, request: { mustEmpty: ['odd'] } })).toEqual([['mustEmpty.0', fault]])
  // Without any other there is nothing to plan.
  expect(listFaults({ ...parts, bins: [makeBin('odd', fields)] })).toEqual([['deviceIds', fault]])
})

test('a stream that no tip takes is told', () => {
  const parts = {
    bins: [makeBin('a', { stream: 'glass' })],
    tips: [makeTip('paper', { streams: ['paper'] })],
  }
  expect(listFaults(parts)).toEqual([
    ['deviceIds', expect.stringContaining('no tip takes its stream, glass')],
  ])
})

test('a town without bins, or whose hours never meet, is told so', () => {
  expect(listFaults({ bins: [] })).toEqual([['deviceIds', expect.stringContaining('no bin yet')]])
  expect(listFaults({ tips: [makeTip('night', { opens: '20:00' })] })).toEqual([
    ['lorryIds', expect.stringContaining('tip night is open from 20:00 to 24:00')],
  ])
  const yard = { id: 'yard', name: 'Yard', longitude: 13.4, latitude: 52.5, opens: '15:00' }
  const named = { lorryIds: ['lorry-1'] }
  expect(listFaults({ depots: [yard], request: named })).toEqual([
    ['lorryIds.0', expect.stringContaining('depot yard is open from 15:00 to 24:00')],
  ])
  const lorries = [makeLorry('lorry-1', { shiftStart: '06:00', shiftEnd: '07:00', breakSeconds: 3_600 })]
  expect(listFaults({ lorries, request: named })).toEqual([
    ['lorryIds.0', 'breakSeconds of lorry lorry-1 must be shorter than the shift, 3600 s'],
  ])
})
