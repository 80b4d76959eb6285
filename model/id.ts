import { z } from 'zod'

/** What an id of an authority, a device or any other named thing looks like. */
export const ID_PATTERN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/

export const idSchema = z
  .string()
  .regex(ID_PATTERN, 'an id is 1 to 63 letters, digits, "_" or "-", and begins with a letter or digit')
