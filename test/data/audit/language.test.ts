import { describe, expect, it } from "vitest";
import { languageOf } from "../../../src/data/audit/language.js";

describe("languageOf", () => {
  it.each([
    ["I have been waiting for my card for two weeks and it is not here yet.", "English"],
    ["Ich warte seit zwei Wochen auf meine Karte und sie ist immer noch nicht da.", "German"],
    ["J'attends ma carte depuis deux semaines et elle n'est pas encore dans la boîte.", "French"],
    ["Estoy esperando la tarjeta desde hace dos semanas y todavía no me ha llegado.", "Spanish"],
    ["Aspetto la mia carta da due settimane e non è ancora arrivata, che cosa devo fare?", "Italian"],
    ["Estou à espera do meu cartão há duas semanas e ele ainda não chegou, o que faço?", "Portuguese"],
    ["Ik wacht al twee weken op mijn pas en die is nog niet aangekomen, wat moet ik doen?", "Dutch"],
    ["Czekam na moją kartę od dwóch tygodni i nie wiem, czy jest już w drodze do mnie.", "Polish"],
    ["我的卡已经等了两个星期了", "Chinese"],
    ["カードがまだ届きません", "Japanese"],
    ["카드가 아직 도착하지 않았습니다", "Korean"],
    ["Я жду карту уже две недели", "Cyrillic script"],
    ["أنتظر بطاقتي منذ أسبوعين", "Arabic script"],
    ["Jeg har ventet på mit kort i to uger og det er ikke kommet endnu", "Danish"],
    ["Saya sudah menunggu kartu saya selama dua minggu dan belum sampai", "Indonesian"],
    // Hausa: its commonest words are Portuguese and Polish ones too.
    ["Gwamnatin Najeriya ta ce za ta dauki mataki a kan lamarin da ya faru jiya", "unknown"],
    ["Shugaban kasa ya yi magana da manema labarai a fadar gwamnati", "unknown"],
    ["Mwen ap tann kat mwen depi de semèn epi li poko rive", "unknown"],
    ["Am așteptat cardul meu de două săptămâni și nu a ajuns încă", "unknown"],
    ["card lost", "unknown"],
    ["12345 !!!", "unknown"],
    ["", "unknown"],
  ])("of %j is %s", (text, language) => {
    expect(languageOf(text)).toBe(language);
  });
});
