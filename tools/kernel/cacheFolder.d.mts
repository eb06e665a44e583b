export function cacheFolder(root: string): string;
export function cacheFolders(root: string): string[];
