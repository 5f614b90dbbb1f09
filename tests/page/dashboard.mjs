// sql/grafana-dashboard.json against Grafana's own schema and what no schema says; ends in 1 with a complaint. Then the same with
// broken copies: a check that lets one of them pass is none.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ts = createRequire(import.meta.url)("typescript");
const here = dirname(fileURLToPath(import.meta.url));
const text = readFileSync(join(here, "../../sql/grafana-dashboard.json"), "utf8");

/** The macros of Grafana's MySQL data source. */
const MACROS = ["timeFilter", "timeFrom", "timeTo", "timeGroup", "timeGroupAlias", "time", "timeEpoch", "unixEpochFilter",
  "unixEpochFrom", "unixEpochTo", "unixEpochGroup", "unixEpochGroupAlias", "unixEpochNanoFilter", "unixEpochNanoFrom",
  "unixEpochNanoTo", "interval", "interval_ms"];

const options = {
  strict: true,
  noEmit: true,
  types: [],
  skipLibCheck: true,
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
};
const host = ts.createCompilerHost(options);
const parsed = new Map();
const { getSourceFile } = host;
const written = join(here, "dashboard-as-written.ts");

/** What the compiler says of the dashboard, written down as literals of the types in dashboard.ts. */
const schemaComplaints = ({ panels = [], ...rest }) => {
  const literals = panels.map((panel) => `(${JSON.stringify(panel, null, 1)}) satisfies Panels[${JSON.stringify(panel.type)}];`);
  const source = [
    'import type { Dashboard, Panels } from "./dashboard";',
    `(${JSON.stringify(rest, null, 1)}) satisfies Dashboard;`,
    ...literals,
  ].join("\n");
  host.getSourceFile = (name, ...more) => {
    if (name === written) return ts.createSourceFile(name, source, ...more);
    if (!parsed.has(name)) parsed.set(name, getSourceFile.call(host, name, ...more));
    return parsed.get(name);
  };
  const program = ts.createProgram([written], options, host);
  return ts.getPreEmitDiagnostics(program).map((one) => {
    const said = ts.flattenDiagnosticMessageText(one.messageText, "\n    ");
    if (one.file?.fileName !== written) return said;
    const line = source.split("\n")[one.file.getLineAndCharacterOfPosition(one.start).line];
    const panel = panels.find((_, index) => source.indexOf(literals[index]) <= one.start
      && one.start < source.indexOf(literals[index]) + literals[index].length);
    return `${panel ? `panel “${panel.title}”` : "dashboard"}, at ${line.trim()}: ${said}`;
  });
};

const overlap = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

/** What Grafana would stumble over, or show wrongly, although its schema allows it. */
const otherComplaints = ({ panels = [], schemaVersion, templating, uid }) => {
  const complaints = [];
  const expect = (fits, what) => { if (!fits) complaints.push(what); };
  expect(schemaVersion >= 36 && schemaVersion <= 42, `schemaVersion ${schemaVersion}: data sources by uid came with 36`);
  expect(/^[\w-]{1,40}$/.test(uid), `uid ${uid}`);
  const variables = (templating?.list ?? []).filter(({ name, type, query }) => name === "datasource" && type === "datasource" && query === "mysql");
  expect(variables.length === 1, "no variable “datasource” to choose a MySQL data source by");
  expect(new Set(panels.map(({ id }) => id)).size === panels.length, "two panels with one id");
  expect(new Set(panels.map(({ title }) => title)).size === panels.length, "two panels with one title");
  panels.forEach(({ title, gridPos = {}, targets = [] }, index) => {
    const { x, y, w, h } = gridPos;
    expect([x, y, w, h].every(Number.isInteger) && x >= 0 && y >= 0 && w > 0 && h > 0 && x + w <= 24, `${title}: outside the grid of 24 columns`);
    for (const other of panels.slice(index + 1)) {
      expect(!overlap(gridPos, other.gridPos ?? {}), `${title} lies over ${other.title}`);
    }
    for (const { rawSql = "" } of targets) {
      expect(rawSql.trim() !== "", `${title}: no SQL`);
      for (const [macro, name] of rawSql.matchAll(/\$__(\w+)/g)) {
        expect(MACROS.includes(name), `${title}: ${macro} is no macro of the MySQL data source`);
      }
      expect(!/\$(?!__)\w|\$\{|\[\[/.test(rawSql), `${title}: a variable in SQL`);
    }
  });
  return complaints;
};

const complaintsOf = (dashboard) => [...schemaComplaints(dashboard), ...otherComplaints(dashboard)];

const complaints = complaintsOf(JSON.parse(text));
for (const complaint of complaints) console.error(`- ${complaint}`);

/** Each must be complained about. */
const breaks = {
  "an unknown key of the dashboard": (it) => { it.refreshEvery = "5m"; },
  "an unknown key of a panel": (it) => { it.panels[3].querys = []; },
  "an unknown option": (it) => { it.panels[3].options.legends = {}; },
  "an unknown option of the plot": (it) => { it.panels[3].fieldConfig.defaults.custom.showPoint = "always"; },
  "a value that is none of the enum's": (it) => { it.panels[0].options.colorMode = "backdrop"; },
  "a number that is none of the enum's": (it) => { it.graphTooltip = 7; },
  "a missing option": (it) => { delete it.panels[0].options.reduceOptions; },
  "a text in place of a number": (it) => { it.panels[1].gridPos.w = "8"; },
  "an override of nothing": (it) => { it.panels[7].fieldConfig.overrides[0].properties[0].id = "decimal"; },
  "an unknown kind of panel": (it) => { it.panels[4].type = "bargraph"; },
  "a format that the data source does not know": (it) => { it.panels[3].targets[0].format = "timeseries"; },
  "a data source by name": (it) => { it.panels[2].targets[0].datasource = "MySQL"; },
  "a panel without a query": (it) => { it.panels[2].targets = []; },
  "a query without SQL": (it) => { delete it.panels[2].targets[0].rawSql; },
  "a macro of another data source": (it) => { it.panels[3].targets[0].rawSql += " AND $__rate_interval"; },
  "two panels with one id": (it) => { it.panels[2].id = 1; },
  "a panel over another": (it) => { it.panels[2].gridPos.x = 12; },
  "a panel outside the grid": (it) => { it.panels[2].gridPos.w = 9; },
  "no variable for the data source": (it) => { it.templating.list = []; },
};
for (const kind of ["stat", "bargauge", "table", "timeseries"]) {
  const first = (dashboard) => dashboard.panels.find(({ type }) => type === kind);
  breaks[`an unknown option of a ${kind}`] = (it) => { first(it).options.beauty = true; };
  breaks[`an unknown setting of a ${kind}'s fields`] = (it) => { first(it).fieldConfig.defaults.custom = { beauty: true }; };
}
let unseen = 0;
for (const [what, spoil] of Object.entries(breaks)) {
  const copy = JSON.parse(text);
  spoil(copy);
  if (complaintsOf(copy).length === 0) {
    unseen += 1;
    console.error(`- the check does not see ${what}`);
  }
}
const count = Object.keys(breaks).length;
console.log(`the Grafana dashboard: ${complaints.length} complaints; ${count - unseen} of ${count} broken copies complained about`);
process.exitCode = complaints.length + unseen ? 1 : 0;
