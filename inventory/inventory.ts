/** What a list says of one thing, before anybody knows what it is. */
export interface InventoryRow {
  /** Where it is in the file, in words: `line 4`, `feature 17`. */
  readonly where: string
  /** By the names of the file's own; what is empty is not in it. */
  readonly values: Readonly<Record<string, unknown>>
}

/** What cannot be taken as it is: where, which field, and what is allowed. */
export interface InventoryFault {
  readonly where: string
  readonly path: string
  readonly message: string
}

/** The rows of a file, and what of it is none. */
export interface Inventory {
  readonly rows: readonly InventoryRow[]
  readonly faults: readonly InventoryFault[]
}
