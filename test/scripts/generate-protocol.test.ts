import { expect, test } from "vitest";
import { fillPage, pages, partNames, partsOf } from "../../scripts/protocol/docs/fill-page.ts";
import { readText } from "../tidy/repository.ts";

test.each(pages)("%s holds its tables as the source says them", (path) => {
  const text = readText(path);
  expect(text === fillPage(text), `${path} is stale: run \`npm run generate\``).toBe(true);
});

test("every generated table is on one page, once", () => {
  const shown = pages.flatMap((path) => partsOf(readText(path)));
  expect(shown.toSorted()).toEqual(partNames.toSorted());
});

test("a part that nobody generates is refused", () => {
  const page = "<!-- generated: weather -->\n<!-- end -->";
  expect(() => fillPage(page)).toThrow('no generated part is called "weather"');
});
