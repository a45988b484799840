/**
 * @file Whether a refusal says that the account is out of money. Services and the proxies before them have a status for it (402), which few send,
 * and words of their own, under 400, 403, 412, 429 and 500. A limit that passes by itself is none of it, though some speak of it as of a plan.
 */

/** Words that leave no doubt: of OpenAI, Anthropic, DeepSeek, OpenRouter, xAI, Google, Alibaba, Moonshot, Zhipu, Hugging Face, LiteLLM and their likes. */
const spent = [
  /insufficient[_ ](quota|balance|credits?|funds)/,
  /billing[_ ](hard[_ ]limit|not[_ ]active|error)/,
  /(credit|account)s? balance\b.{0,30}\b(low|insufficient|exhausted|negative)/,
  /(balance|credits?|funds)\b.{0,20}\b(insufficient|depleted|exhausted|used up)/,
  /(not enough|out of|requires? more|have any|used all|exceeded).{0,30}\b(credits?|balance|funds)\b/,
  /can only afford/,
  /credit limit|\bkey limit exceeded/,
  /(balance|credits?|funds|quota)\b.{0,20}\b(has|have) (run out|expired|been used)\b/,
  /\b(in arrears|payment required|top.?up (to continue|your|the account)|please (recharge|top.?up|add (credits?|funds)))\b/,
  /\b(exceeded|over|crossed)[_ ]?budget|budget[_ ](has been[_ ])?exceeded/,
  /exceeded_current_quota|arrearage|overdue.{0,20}payment|余额不足|欠费/,
  // Google of a project that has no share at all of what it asks for.
  /quota exceeded\b.{0,160}\blimit: 0\b/s,
];

/** Words that are also said of limits a minute, an hour or a day. */
const perhaps = [
  /(reached|exceeded|hit).{0,60}\b(usage|spend(ing)?) (limits?|caps?)/,
  /(monthly|hard) (spend(ing)?|usage|billing) (limit|cap)/,
  /quota.{0,80}\b(plan|billing)\b/s,
];

/** What tells a limit that passes. */
const passing =
  /per[ _-]?(second|minute|hour|day)|\b[rt]p[smhd]\b|(retry|try again)\b.{0,12}\b(in|after)\b|retrydelay|rate.?limit/;

/** Whether no request will be answered until somebody pays. */
export function isOutOfCredit(status: number, said: string): boolean {
  if (status === 402) return true;
  const words = said.toLowerCase();
  if (spent.some((pattern) => pattern.test(words))) return true;
  return perhaps.some((pattern) => pattern.test(words)) && !passing.test(words);
}
