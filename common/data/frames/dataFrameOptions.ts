export interface DataFrameOptions {
  /** The columns to take, in this order; all by default. */
  columns?: readonly string[];
  /** The first so many rows; all by default. */
  limit?: number;
  /** Class labels as their names (the default) or as their numbers. */
  labels?: 'names' | 'numbers';
}
