// The page in headless Chromium: check.mjs DIRECTORY. Every page of the directory is opened in light and dark, at 360 and 1440
// pixels, ru.html at 768 too; what a browser, axe-core or a keyboard has to complain about is printed, and ends in 1. SHOTS=DIR
// keeps screenshots. How long the loading took is printed and judged by nobody: that depends on the machine.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const require = createRequire(import.meta.url);
const { chromium } = require("playwright-core");
const axe = require("axe-core").source;

const directory = resolve(process.argv[2]);
const program = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
  .find((path) => path && existsSync(path));
if (!program) throw new Error("no Chromium here; tests/page/run.sh installs it, or name one in CHROMIUM");

const complaints = [];
const browser = await chromium.launch({ executablePath: program, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
let checks = 0;

const open = async (file, width, colorScheme, javaScriptEnabled = true) => {
  const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme, javaScriptEnabled });
  const page = await context.newPage();
  const where = `${file} ${width}px ${colorScheme}${javaScriptEnabled ? "" : " without script"}`;
  const complain = (what) => complaints.push(`${where}: ${what}`);
  const own = pathToFileURL(join(directory, file)).href;
  page.on("console", (message) => complain(`console: ${message.text()}`));
  page.on("pageerror", (error) => complain(`error: ${error.message}`));
  page.on("dialog", (dialog) => { complain(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => {
    if (request.url() !== own && !request.url().startsWith("data:")) complain(`request: ${request.url()}`);
  });
  await page.addInitScript(() => {
    globalThis.seen = { shift: 0, longest: 0, firstPaint: null };
    const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true });
    watch("layout-shift", ({ value }) => { globalThis.seen.shift += value; });
    watch("longtask", ({ duration }) => { globalThis.seen.longest = Math.max(globalThis.seen.longest, duration); });
    watch("paint", ({ name, startTime }) => { if (name === "first-contentful-paint") globalThis.seen.firstPaint = startTime; });
  });
  await page.goto(own);
  return { context, page, complain };
};

/** Where everything stands; what the script adds or shows may not change it. */
const places = (page) => page.evaluate(() => [...document.querySelectorAll("header, h2, article, section, tr, svg")]
  .map((one) => { const { x, y, width, height } = one.getBoundingClientRect(); return [x, y, width, height].map(Math.round).join(" "); }));

const expect = (complain, what, fits) => {
  checks += 1;
  if (!fits) complain(what);
};

// The same page found again after a day without a new one.
const ours = join(directory, "ru.html");
if (existsSync(ours)) {
  const yesterday = new Date(Date.now() - 24 * 3600 * 1000).toISOString();
  writeFileSync(join(directory, "old.html"), readFileSync(ours, "utf8").replace(/(id="made" datetime=")[^"]+/, `$1${yesterday}`));
}

for (const file of readdirSync(directory).filter((name) => name.endsWith(".html"))) {
  const sizes = [[360, "light"], [360, "dark"], [1440, "light"], [1440, "dark"]];
  for (const [width, scheme] of file === "ru.html" ? [...sizes, [768, "light"]] : sizes) {
    const { context, page, complain } = await open(file, width, scheme);
    // Two frames and what the observers still have to say.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))));
    const { shift, longest, firstPaint } = await page.evaluate(() => globalThis.seen);
    expect(complain, `things move on load: layout shift ${shift}`, shift === 0);
    expect(complain, "nothing was painted", firstPaint !== null);
    if (scheme === "light") {
      console.log(`${file} ${width}px: first paint after ${Math.round(firstPaint)} ms, longest task ${Math.round(longest)} ms`);
    }
    expect(complain, "the page's age", (await page.locator("#old").isVisible()) === (file === "old.html"));
    const widest = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(complain, `scrolls sideways: ${widest}px`, widest <= width);
    // The policy of the page forbids axe's script to come in as an element, not as an evaluated text of the browser's own.
    await page.evaluate(axe);
    if (process.env.SHOTS) {
      await page.screenshot({ path: join(process.env.SHOTS, `${file}-${width}-${scheme}.png`), fullPage: true });
    }
    // With the charts' tables open everything is there to be looked at.
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = true)));
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    const told = violations.map((one) => `axe ${one.id}: ${one.nodes[0].target} ${one.nodes[0].failureSummary}`);
    expect(complain, told.join("\n  "), violations.length === 0);
    const now = await page.evaluate(() => document.documentElement.scrollWidth);
    expect(complain, `scrolls sideways with the tables open: ${now}px`, now <= width);
    await page.evaluate(() => document.querySelectorAll("details").forEach((one) => (one.open = false)));
    if (width === 1440) {
      const bottom = await page.evaluate(() => document.querySelector(".cards").getBoundingClientRect().bottom);
      expect(complain, `the three answers end at ${bottom}px, below a laptop's screen`, bottom <= 720);
    }
    await context.close();
  }
}

// What a script-less browser shows is what the other one shows, in the same place.
for (const file of readdirSync(directory).filter((name) => name.endsWith(".html") && name !== "old.html")) {
  for (const width of [360, 1440]) {
    const first = await open(file, width, "light", false);
    const without = await places(first.page);
    await first.context.close();
    const { context, page, complain } = await open(file, width, "light");
    const moved = (await places(page)).filter((place, index) => place !== without[index]);
    expect(complain, `the script moves ${moved.length} elements`, without.length > 10 && moved.length === 0);
    await context.close();
  }
}

// The filter, by keyboard alone.
if (existsSync(ours)) {
  const { context, page, complain } = await open("ru.html", 1440, "light");
  const rows = () => page.locator("table.filtered tbody tr:visible").count();
  const all = await rows();
  await page.keyboard.press("/");
  expect(complain, "/ does not lead to the filter", await page.evaluate(() => document.activeElement.id === "filter"));
  await page.keyboard.type("ПЛЕД мята");
  const some = await rows();
  expect(complain, `the filter leaves ${some} of ${all} rows`, some > 0 && some < all);
  const texts = await page.locator("table.filtered tbody tr:visible").allInnerTexts();
  expect(complain, `a row that does not fit: ${texts}`, texts.every((text) => /плед/i.test(text) && /мята/i.test(text)));
  const said = await page.locator("output").innerText();
  expect(complain, `it says ${said} of ${some} rows`, said.endsWith(` ${some}`));
  await page.keyboard.press("Escape");
  expect(complain, "Escape does not show all rows again", (await rows()) === all);
  const spot = page.locator("#stock-chart svg.wide .spot").nth(20);
  await spot.hover();
  expect(complain, "no value on hover", /Ozon FBO: [\d\u00a0]+ шт\./.test(await page.locator("#tip").innerText()));
  await context.close();
}

// The first stop of the keyboard leads past the head.
if (existsSync(ours)) {
  const { context, page, complain } = await open("ru.html", 1440, "light");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  expect(complain, "the first Tab does not lead past the head", await page.evaluate(() => location.hash === "#lists"));
  await context.close();
}

// Without script: everything there but the filter.
if (existsSync(ours)) {
  const { context, page, complain } = await open("ru.html", 1440, "light", false);
  expect(complain, "rows are hidden", (await page.locator("table.filtered tbody tr:visible").count()) > 50);
  expect(complain, "a filter that cannot work", !(await page.locator("#search").isVisible()));
  await context.close();
}

await browser.close();
console.log(`${checks} checks of the page, ${complaints.length} complaints`);
for (const complaint of complaints) console.error(`- ${complaint}`);
process.exitCode = complaints.length ? 1 : 0;
