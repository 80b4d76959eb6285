import { expect, test } from 'vitest'
import { createTown } from '../../device-sim/town/create-town.ts'
import { renderTownSvg } from '../../device-sim/town/render-town-svg.ts'

// `npx vitest run tests/device-sim/town-picture.test.ts --update` draws it anew.
test("the README's picture shows the town that npm start simulates", async () => {
  await expect(renderTownSvg(createTown({ seed: 1 }))).toMatchFileSnapshot('../../docs/town.svg')
})
