const prefix = "encoder ";

/** The name of the encoder among what is needed (`PredictorFacts.needs`, a prompt's settings); `undefined` where there is none. */
export function encoderNeed(needs: readonly string[]): string | undefined {
  return needs.find((need) => need.startsWith(prefix))?.slice(prefix.length);
}
