import { pathOf } from '../../api.ts'
import type { PageContext } from '../../page.ts'
import type { Status } from '../../parts/status.ts'
import { askReason } from './ask-reason.ts'
import type { Closure, Round, RoundMark } from './round.ts'
import type { TownNames } from './town-names.ts'
import { writeCount } from './write-figures.ts'

const USUAL_OBSTACLES = [
  'a car stands before it',
  'the bin is not there',
  'the way is closed',
  'it is locked',
]
const USUAL_BREAKDOWNS = ['a flat tyre', 'the engine', 'the lift', 'an accident']

/** Tells Kerbside what happened; each says how it goes by the status. */
export interface RoundMarking {
  send(marks: readonly RoundMark[], sentence: string): Promise<void>
  /** Asks why first, as the next one does. */
  markImpossible(deviceId: string): Promise<void>
  markBroken(lorryId: string, isBroken: boolean): Promise<void>
  reopen(closure: Closure): Promise<void>
}

export function createRoundMarking(
  { api }: PageContext,
  {
    id,
    names,
    status,
    onMarked,
  }: {
    id: string
    names: TownNames
    status: Status
    /** Returns what the mended plan takes more or less, in words. */
    onMarked: (round: Round) => string | undefined
  },
): RoundMarking {
  return {
    send,
    async markImpossible(deviceId) {
      const name = names.nameBin(deviceId)
      const reason = await askReason({
        title: `${name} cannot be emptied`,
        text: 'It is left for another day, and the rest of the round is planned anew.',
        action: 'Mark as impossible',
        usual: USUAL_OBSTACLES,
      })
      if (reason === undefined) return
      await send(
        [{ type: 'impossible', deviceId, ...(reason !== '' && { reason }) }],
        `${name} is impossible`,
      )
    },
    async markBroken(lorryId, isBroken) {
      const name = names.nameLorry(lorryId)
      if (!isBroken) return send([{ type: 'reopened', lorryId }], `${name} goes on`)
      const reason = await askReason({
        title: `${name} breaks down`,
        text: 'It stays where it is, and the other lorries take what they can of its bins.',
        action: 'It has broken down',
        usual: USUAL_BREAKDOWNS,
      })
      if (reason === undefined) return
      const mark = { type: 'breakdown', lorryId, ...(reason !== '' && { reason }) } as const
      await send([mark], `${name} has broken down`)
    },
    reopen: ({ name, polygons }) =>
      send(
        polygons.map((polygon) => ({ type: 'reopened', polygon })),
        `${name} is open`,
      ),
  }

  async function send(marks: readonly RoundMark[], sentence: string): Promise<void> {
    status.show(`${sentence}; the plan is being mended…`)
    try {
      const { round, changes } = await api.send<{ round: Round; changes: readonly unknown[] }>(
        'POST',
        pathOf`rounds/${id}/marks`,
        marks,
      )
      const figures = onMarked(round)
      status.show([`${sentence}: ${describe(round, changes.length)}.`, figures].filter(Boolean).join(' '))
    } catch (error) {
      status.fail(error, () => void send(marks, sentence))
    }
  }
}

function describe({ isMending }: Round, changeCount: number): string {
  if (isMending) return 'the plan is mended within a minute'
  return changeCount === 0 ? 'no bin is emptied otherwise' : writeCount(changeCount, 'change')
}
