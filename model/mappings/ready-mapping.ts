import type { Mapping } from '../mapping.ts'

/** A mapping that Kerbside comes with, and by what a device is seen to be of that make. */
export interface ReadyMapping {
  readonly mapping: Mapping
  /** Words of which all of one entry are in what a network knows of the make: its brand, model and profile; in lower case. */
  readonly makes: readonly (readonly string[])[]
  /** Fields that a payload of it has, and others seldom have, all together. */
  readonly fields: readonly (readonly string[])[]
}
