// What sql/grafana-dashboard.json must be, in the types that Grafana generates from its own schema (@grafana/schema). Held against
// the file by dashboard.mjs; a key that the schema does not know is an error, as is a value that is none of an enum's.
import type {
  Dashboard as AnyDashboard,
  FieldConfig as AnyFieldConfig,
  GraphFieldConfig,
  MatcherConfig,
  Panel as AnyPanel,
  TableFieldOptions,
} from "@grafana/schema";
import type { Options as BarGaugeOptions } from "@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen";
import type { Options as StatOptions } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type { Options as TableOptions } from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type { Options as TimeSeriesOptions } from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

/** A type as JSON writes it: the values of an enum in place of its names. */
type Json<T> = unknown extends T
  ? unknown
  : T extends string
    ? `${T}`
    : T extends number
      ? `${T}` extends `${infer N extends number}`
        ? N
        : never
      : T extends boolean | null | undefined
        ? T
        : T extends (infer Item)[]
          ? Json<Item>[]
          : { [Key in keyof T]: Json<T[Key]> };

/** The variable at the top of the dashboard: whoever imports it chooses a data source there, nowhere else. */
type DataSource = { type: "mysql"; uid: "${datasource}" };

/** A query of the MySQL data source, of which @grafana/schema has no type; its own is in Grafana's packages/grafana-sql. */
type Target = {
  refId: string;
  datasource: DataSource;
  editorMode: "code";
  format: "table" | "time_series";
  rawQuery: true;
  rawSql: string;
};

type FieldConfig<Custom> = Omit<AnyFieldConfig, "custom"> & { custom?: Custom };

/** The properties that an override may set: those of a field, or with `custom.` those of the panel's kind. */
type Property<Config, Prefix extends string = ""> = {
  [Key in keyof Config & string]-?: { id: `${Prefix}${Key}`; value: Json<Config[Key]> };
}[keyof Config & string];

type Override<Custom> = {
  matcher: Omit<MatcherConfig, "id" | "options"> & { id: "byName" | "byRegexp"; options: string };
  properties: (Property<Omit<AnyFieldConfig, "custom">> | Property<Custom, "custom.">)[];
};

type Panel<Type extends string, Options, Custom = Record<string, never>> = Json<
  Omit<AnyPanel, "id" | "type" | "title" | "options" | "fieldConfig" | "datasource" | "targets" | "gridPos">
> & {
  id: number;
  type: Type;
  title: string;
  datasource: DataSource;
  gridPos: { x: number; y: number; w: number; h: number };
  options: Json<Options>;
  fieldConfig: { defaults: Json<FieldConfig<Custom>>; overrides: Override<Custom>[] };
  targets: [Target];
};

/** The dashboard without its panels: each of these is held against the type of its kind. */
export type Dashboard = Json<Omit<AnyDashboard, "panels">>;

/** The kinds of panels that the dashboard uses. */
export type Panels = {
  stat: Panel<"stat", StatOptions>;
  bargauge: Panel<"bargauge", BarGaugeOptions>;
  table: Panel<"table", TableOptions, TableFieldOptions>;
  timeseries: Panel<"timeseries", TimeSeriesOptions, GraphFieldConfig>;
};
