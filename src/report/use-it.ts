/** How an approach is put to use after the comparison. Paths and commands are as the user's shell takes them. */
export interface UseIt {
  readonly approach: string;
  /** Whether it is what the report advises; otherwise the best of fine-tuning, where nothing could be chosen. */
  readonly isAdvised: boolean;
  /** Where its files are. */
  readonly folder: string;
  /** Asks it about one text. Absent where this machine can't compute it. */
  readonly ask?: string;
  /** Answers with it over HTTP. Absent like `ask`. */
  readonly serve?: string;
  /** Labels a file with it. */
  readonly command: string;
  /** The same in Node, line by line; none where there is no such way. */
  readonly code: readonly string[];
}

/** What the section is called: a report that chooses nothing advises nothing here either. */
export function useTitle({ approach, isAdvised }: UseIt): string {
  return isAdvised ? `Use it: ${approach}` : `If you fine-tune: ${approach}`;
}
