using DxyOrleans.Core.Gates;

namespace DxyOrleans.Schema.Catalog;

/// <summary>What the shape of the host's tables says of each property we need. Pure.</summary>
public static class SchemaGates
{
    public static IEnumerable<Gate> All(TableShape table, TableShape other) =>
        table.Exists
            ? [Columns(table), Values(table, other), Key(table), KeyNulls(table), Source(table), SourceNulls(table), OtherChecks(table)]
            : [Exists(table)];

    public static Gate Exists(TableShape table) =>
        Gate.Of(
            Name(table, "table"),
            table.Exists,
            $"public.{table.Table}",
            table.Exists ? table.QuotedName : "there is none in schema public",
            $"SELECT to_regclass('public.{table.Table}')",
            "give the connection of the host's database; a table of this name in another schema is not looked at"
        );

    public static Gate Columns(TableShape table)
    {
        var faults = ColumnRule
            .Of(table.Table)
            .Where(rule => !table.Fits(rule))
            .Select(rule =>
                table.Column(rule.Name) is { } column ? $"{rule.Name} is {column.Type}, not {rule.Types[0]}" : $"{rule.Name} is missing"
            )
            .ToList();
        return Gate.Of(
            Name(table, "columns"),
            faults.Count == 0,
            "every column of a bar, of its type or one that is bound to it",
            faults.Count == 0 ? "all are there" : string.Join("; ", faults),
            $@"SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'public.{table.Table}'::regclass AND "
                + $@"attnum > 0",
            "raw, created_at and updated_at are added by the run; any other, or another type, is the host's to mend"
        );
    }

    /// <summary>Whether a value fits from the old table into the new one as it is; where it doesn't, both are compared as the new one has
    /// it.</summary>
    public static Gate Values(TableShape table, TableShape other)
    {
        var faults =
            table.Table != SchemaCatalog.New
                ? []
                : ColumnRule
                    .Values.Where(name => other.Bound(name).Beside(table.Bound(name)).Other is not null)
                    .Select(name =>
                        $"{name} is {table.Column(name)?.Type ?? "missing"}, {other.Table} has {other.Column(name)?.Type ?? "none"}"
                    )
                    .ToList();
        return new Gate(
            Name(table, "values"),
            faults.Count == 0 ? GateVerdict.Pass : GateVerdict.Warn,
            "prices, volumes and counts no coarser than in the other table",
            faults.Count == 0 ? "they aren't" : string.Join("; ", faults),
            null,
            faults.Count == 0
                ? null
                : "copied bars are rounded, and compared as rounded: widen these columns (ALTER TABLE … ALTER COLUMN … TYPE numeric), "
                    + "or accept it"
        );
    }

    public static Gate Key(TableShape table) =>
        Gate.Of(
            Name(table, "key"),
            HasKey(table),
            table.Table == SchemaCatalog.New
                ? "a unique index on exactly (canonical_symbol, timeframe, ts_utc), valid, whole, immediate"
                : "an index that finds the active rows of a bar, led by canonical_symbol, timeframe, ts_utc",
            table.DeferrableKey is { } late ? $"{late.QuotedName} is deferrable"
                : HasKey(table) ? (table.UsableKey ?? table.Keys[0]).QuotedName
                : table.Keys.Count == 0 ? "no unique index"
                : string.Join("; ", table.Keys.Select(key => $"{key.QuotedName} {key.Problems}")),
            $"SELECT pg_get_indexdef(indexrelid), indisvalid, indisready, indimmediate FROM pg_index WHERE indrelid = "
                + $"'public.{table.Table}'::regclass AND indisunique",
            table.DeferrableKey is null
                ? "the run builds one; where it can't, it says why"
                : "drop it (its own constraint can't be made immediate); the run builds a key in its place"
        );

    public static Gate KeyNulls(TableShape table)
    {
        var open = table.OpenKeyColumns.Select(column => column.Name).ToList();
        return Gate.Of(
            Name(table, "key-nulls"),
            open.Count == 0,
            "key columns that refuse NULL",
            open.Count == 0 ? "they do" : $"NULL can be written to {string.Join(", ", open)}",
            null,
            "the run makes them NOT NULL once no row has one"
        );
    }

    public static Gate Source(TableShape table)
    {
        var refusing = table.Checks.Where(check => check.BySource && !check.Admits).ToList();
        return Gate.Of(
            Name(table, "source-check"),
            refusing.Count == 0,
            "no check on source refuses 'synthetic'",
            refusing.Count == 0
                ? "none does"
                : string.Join("; ", refusing.Select(check => $"{check.Name} on {check.Relation}: {check.Definition}")),
            $"SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'public.{table.Table}'::regclass AND "
                + $"contype = 'c'",
            "the run puts a wider one in its place"
        );
    }

    public static Gate SourceNulls(TableShape table)
    {
        var holds = table.Column("source") is { NotNull: true };
        return new Gate(
            Name(table, "source-nulls"),
            holds ? GateVerdict.Pass : GateVerdict.Warn,
            "source refuses NULL",
            holds ? "it does" : "NULL can be written to source",
            null,
            holds
                ? null
                : "NULL passes every check; once the host's writers give one: ALTER TABLE … ALTER COLUMN source SET NOT NULL; or accept it"
        );
    }

    public static Gate OtherChecks(TableShape table)
    {
        var refusing = table.Checks.Where(check => !check.BySource && !check.Admits).ToList();
        return Gate.Of(
            Name(table, "checks"),
            refusing.Count == 0,
            "no other check refuses a bar of the index",
            refusing.Count == 0
                ? "none does"
                : string.Join("; ", refusing.Select(check => $"{check.Name} on {check.Relation}: {check.Definition}")),
            null,
            "the host has to change or drop it: what it protects is not known here"
        );
    }

    // The old table needs no key for what we do there beyond finding a bar's rows: superseded versions are active beside the newest in some
    // hosts.
    static bool HasKey(TableShape table) =>
        table.DeferrableKey is null && (table.UsableKey is not null || (table.Table == SchemaCatalog.Old && table.Keys.Count > 0));

    static string Name(TableShape table, string property) =>
        table.Table == SchemaCatalog.New ? $"schema/{property}" : $"schema/old-{property}";
}
