/** A Hub in memory for the tests of other parts: `import { startFixtureHub } from 'common/hub/testing'`. */
export {
  type Fault,
  type FixtureHub,
  type FixtureOptions,
  type FixtureRequest,
  startFixtureHub,
} from '../fixtureHub.js';
