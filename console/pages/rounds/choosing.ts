import type { DraftClosure } from './draw-plan.ts'
import type { PlanMap } from './plan-map.ts'
import type { TownNames } from './town-names.ts'

/** What is to be closed, and what it is called. */
export interface Proposal {
  readonly name: string
  readonly draft: DraftClosure
}

/** What a way of choosing is made with. */
export interface Choosing {
  readonly map: PlanMap
  readonly names: TownNames
  propose(proposal: Proposal | undefined): void
  say(text: string): void
}
