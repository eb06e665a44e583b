#!/usr/bin/env node
// The `atelier` command. TypeScript runs through tsx, without a build.
import { register } from 'tsx/esm/api';

register();
await import('./main.ts');
