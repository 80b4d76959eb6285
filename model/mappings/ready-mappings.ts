import { decentlab } from './decentlab.ts'
import { dingtekDf702, dingtekDf703 } from './dingtek.ts'
import { elsys } from './elsys.ts'
import { milesightEm310Udl, milesightEm400, milesightEm500Udl } from './milesight.ts'
import { parametricPcr2 } from './parametric.ts'
import { wilsen } from './pepperl-fuchs.ts'
import type { ReadyMapping } from './ready-mapping.ts'
import { telraam } from './telraam.ts'

/** Mappings that any authority may use as they are, or begin its own from. */
export const READY_MAPPINGS: readonly ReadyMapping[] = [
  dingtekDf702,
  dingtekDf703,
  wilsen,
  milesightEm310Udl,
  milesightEm400,
  milesightEm500Udl,
  parametricPcr2,
  elsys,
  decentlab,
  telraam,
]
