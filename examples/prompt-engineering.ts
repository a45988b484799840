// Prompt engineering: the second program of the article that docs/transformers.md names, line by line.
import { openai } from "crossover/transformers";

openai.apiKey = process.env["OPENAI_API_KEY"];

const prompt = `
Classify the sentiment of the following review as Positive or Negative:
"I loved the movie, it was fantastic and thrilling!"
Sentiment:
`;

const response = await openai.ChatCompletion.create({
  model: "gpt-4",
  messages: [{ role: "user", content: prompt }],
  temperature: 0,
});

console.log(response.choices[0].message.content.trim());
