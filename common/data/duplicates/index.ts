export {
  type DuplicateMember,
  type DuplicateOptions,
  type DuplicateSet,
  type Duplicates,
  findDuplicates,
  type NearDuplicate,
} from './findDuplicates.js';
export { formatDuplicates } from './format.js';
