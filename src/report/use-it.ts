/** How an approach is put to use after the comparison. Paths and commands are as the user's shell takes them. */
export interface UseIt {
  readonly approach: string;
  /** Where its files are. */
  readonly folder: string;
  /** Labels a file with it. */
  readonly command: string;
  /** The same in Node, line by line; none where there is no such way. */
  readonly code: readonly string[];
}
