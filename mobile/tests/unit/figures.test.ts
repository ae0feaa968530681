import { describe, expect, test } from "vitest";
import * as figures from "kandas-design/figures";

const NB = "\u00a0";

describe("numbers", () => {
  test("thousands by a no-break space, decimals by a comma, a point in English", () => {
    expect(figures.number(1942, "kk")).toBe(`1${NB}942`);
    expect(figures.number(1234567, "ru")).toBe(`1${NB}234${NB}567`);
    expect(figures.number(18, "kk", 1)).toBe("18,0");
    expect(figures.number(18, "en", 1)).toBe("18.0");
    expect(figures.number(-3, "kk")).toBe("−3");
    expect(figures.number(-0.2, "kk")).toBe("0");
  });

  test("sizes keep three figures at most", () => {
    const table: [number, string][] = [
      [0, "0 Б"],
      [999, "999 Б"],
      [999.6, "1 КБ"],
      [620_000, "620 КБ"],
      [999_600, "1,0 МБ"],
      [18_000_000, "18,0 МБ"],
      [214_000_000, "214 МБ"],
      [1_200_000_000, "1,2 ГБ"],
    ];
    for (const [bytes, text] of table) expect(figures.size(bytes, "kk")).toBe(text.replace(" ", NB));
    expect(figures.size(17_200_000, "en")).toBe(`17.2${NB}MB`);
  });

  test("a share never says 100 before it is whole", () => {
    expect(figures.percent(999, 1000, "kk")).toBe(`99${NB}%`);
    expect(figures.percent(1000, 1000, "kk")).toBe(`100${NB}%`);
    expect(figures.percent(0, 0, "kk")).toBe(`0${NB}%`);
  });

  test("distances and accuracy", () => {
    expect(figures.distance(37, "kk")).toBe(`37${NB}м`);
    expect(figures.distance(243, "kk")).toBe(`240${NB}м`);
    expect(figures.distance(1_240, "ru")).toBe(`1,2${NB}км`);
    expect(figures.distance(12_400, "ru")).toBe(`12${NB}км`);
    expect(figures.accuracy(7.2, "kk")).toBe(`±8${NB}м`);
    expect(figures.accuracy(0.3, "kk")).toBe(`±1${NB}м`);
  });

  test("the last word of a Kazakh numeral decides its suffix", () => {
    const table: [number, string][] = [
      [0, "0‑і"], // нөлі
      [1, "1‑і"], // бірі
      [2, "2‑сі"], // екісі
      [6, "6‑сы"], // алтысы
      [7, "7‑сі"], // жетісі
      [9, "9‑ы"], // тоғызы
      [10, "10‑ы"], // оны
      [11, "11‑і"],
      [20, "20‑сы"], // жиырмасы
      [36, "36‑сы"],
      [40, "40‑ы"], // қырқы
      [50, "50‑і"], // елуі
      [60, "60‑ы"], // алпысы
      [70, "70‑і"], // жетпісі
      [80, "80‑і"],
      [90, "90‑ы"], // тоқсаны
      [100, "100‑і"], // жүзі
      [1000, `1${NB}000‑ы`], // мыңы
    ];
    for (const [count, text] of table) expect(figures.ofThem(count, "kk")).toBe(text);
    expect(figures.ofThem(36, "ru")).toBe("36");
  });
});

describe("days", () => {
  test("an instant is read in UTC+5", () => {
    expect(figures.civil("2026-11-22T19:30:00Z")).toEqual({ day: "2026-11-23", time: "00:30" });
    expect(figures.civil("2026-11-23T11:47:00+05:00")).toEqual({ day: "2026-11-23", time: "11:47" });
  });

  test("the year is left out only in the present one", () => {
    expect(figures.shortDate("2026-11-25", "2026-11-23")).toBe("25.11");
    expect(figures.shortDate("2027-01-04", "2026-12-30")).toBe("04.01.2027");
  });

  test("Monday is the first day, ages count whole years", () => {
    expect(figures.weekday("2026-11-23")).toBe(1);
    expect(figures.weekday("2026-11-29")).toBe(7);
    expect(figures.years("2019-11-24", "2026-11-23")).toBe(6);
    expect(figures.years("2019-11-23", "2026-11-23")).toBe(7);
    expect(figures.daysBetween("2026-12-30", "2027-01-02")).toBe(3);
  });

  test("names of days keep their Kazakh letters when capitalised", () => {
    expect(figures.capital("қарашада")).toBe("Қарашада");
    expect(figures.capital("ішінде")).toBe("Ішінде");
  });
});

test("keyboards without Kazakh letters find Kazakh names", () => {
  expect(figures.fold("ӘБІЛҚАЙЫР")).toBe("абилкайыр");
  expect(figures.fold("  Ұлғайған Ңөһ Ёлка ")).toBe("улгайган нох елка");
});
