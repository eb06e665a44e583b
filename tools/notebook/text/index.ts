export { convert, readAny, sync } from './convert.js';
export { mergeText } from './mergeText.js';
export { readPercent } from './readPercent.js';
export { writePercent } from './writePercent.js';
