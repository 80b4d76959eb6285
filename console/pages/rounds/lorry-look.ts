import { element } from '../../elements.ts'
import type { Round } from './round.ts'

/** How a lorry is told from the others on the map and in lists: by its colour, the pattern of its line, and its letter. */
export interface LorryLook {
  readonly letter: string
  /** A variable of the style. */
  readonly colour: string
  /** Of the line: which of `DASHES`. */
  readonly pattern: number
}

const COLOURS = ['--lorry-1', '--lorry-2', '--lorry-3', '--lorry-4', '--lorry-5', '--lorry-6'] as const
/** Lines and gaps, in widths of the line. */
export const DASHES = [
  [1, 0],
  [3, 1],
  [1.2, 1],
] as const

/** Colours and patterns come again only after all their pairs; letters after Z are AA, AB and so on. */
export function lookOf(index: number): LorryLook {
  const turn = Math.floor(index / COLOURS.length)
  return {
    letter: letterOf(index),
    colour: COLOURS[index % COLOURS.length] ?? COLOURS[0],
    pattern: (index + turn) % DASHES.length,
  }
}

/** A lorry keeps its look in all rounds: those of the town come first, in their order. */
export function assignLooks(
  { lorries }: Pick<Round, 'lorries'>,
  known: readonly { readonly id: string }[],
): ReadonlyMap<string, LorryLook> {
  const ids = new Set([...known.map(({ id }) => id), ...lorries.map(({ lorryId }) => lorryId)])
  return new Map([...ids].map((lorryId, index) => [lorryId, lookOf(index)]))
}

/** The letter on the lorry's colour; what it stands for is beside it. */
export function lorryBadge({ letter, colour }: LorryLook): HTMLElement {
  const badge = element('span', { class: 'lorry-badge', 'aria-hidden': 'true' }, letter)
  badge.style.setProperty('--lorry', `var(${colour})`)
  return badge
}

function letterOf(index: number): string {
  const last = String.fromCharCode(65 + (index % 26))
  return index < 26 ? last : `${letterOf(Math.floor(index / 26) - 1)}${last}`
}
