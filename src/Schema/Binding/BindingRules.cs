namespace DxyOrleans.Schema.Binding;

/// <summary>What of a host's tables is refused by its shape alone, a line each: table, column, reason, what to do. Pure.</summary>
public static class BindingRules
{
    /// <summary>The zone in which a host's times without one are.</summary>
    public const string Utc = "UTC";

    // The digits before the point that an index of about 100 needs.
    const int WholeDigits = 3;

    static readonly string[] KeyColumns = ["canonical_symbol", "timeframe", "ts_utc"];

    /// <param name="catalog">The host's tables.</param>
    /// <param name="rows">What is to be written there.</param>
    /// <param name="hostZone"><see cref="Utc"/>, or null where nobody said.</param>
    public static IEnumerable<string> Refusals(HostCatalog catalog, IReadOnlyCollection<TrialRow> rows, string? hostZone) =>
        catalog.Relations.SelectMany(relation =>
            Refusals(relation, [.. rows.Where(row => row.Table == relation.Name && row.IsNeeded)], hostZone)
        );

    static IEnumerable<string> Refusals(HostRelation relation, IReadOnlyCollection<TrialRow> rows, string? hostZone)
    {
        if (relation.Kind is not ("r" or "p"))
        {
            return
            [
                $"{relation.QuotedName} is a {Kind(relation.Kind)} and no table: what is written to it can't be captured; give the "
                    + $"connection of the database that has the table",
            ];
        }

        return relation.Name == "core_asset_registry_all"
            ? Registry(relation)
            :
            [
                .. BoundTable
                    .Expected(relation.Name)
                    .Select(expected => Column(relation, expected.Name, expected.Kind, hostZone))
                    .OfType<string>(),
                .. relation
                    .Columns.Where(column =>
                        BoundTable.Expected(relation.Name).All(expected => expected.Name != column.Name)
                        && column is { NotNull: true, HasDefault: false, Generated: false }
                    )
                    .Select(column =>
                        $"{relation.QuotedName}.{column.Name} is NOT NULL without a default: no row of ours could be stored; "
                        + $"give it a default (ALTER TABLE {relation.QuotedName} ALTER COLUMN {column.Name} SET DEFAULT …) or let it be "
                        + $"null"
                    ),
                .. Key(relation) is { } key ? [key] : (string[])[],
                .. Texts(relation, rows),
            ];
    }

    /// <summary>Whether a column of the host's is of a kind of type in which ours can be kept.</summary>
    public static bool Fits(HostColumn column, ColumnKind kind) =>
        kind switch
        {
            ColumnKind.Text => column.IsText,
            ColumnKind.Time => column.IsTime,
            ColumnKind.Flag => column.Base == "bool",
            ColumnKind.Json => column.Base is "json" or "jsonb",
            ColumnKind.Version => column.Base is "int2" or "int4" or "int8",
            ColumnKind.Price => column.Base is "numeric" or "float8" or "float4",
            _ => column.IsNumber,
        };

    static string? Column(HostRelation relation, string name, ColumnKind kind, string? hostZone)
    {
        if (relation.Column(name) is not { } column)
        {
            return BoundTable.IsOptional(name)
                ? null
                : $"{relation.QuotedName}.{name} is missing: only the host knows what its values are; add it";
        }

        var place = $"{relation.QuotedName}.{name} is {column.Type}";
        if (!Fits(column, kind))
        {
            return $"{place}, which no {Wanted(kind)} can be kept in; change it (ALTER TABLE {relation.QuotedName} ALTER COLUMN {name} "
                + $"TYPE …)";
        }

        if (column.Base == "timestamp" && hostZone != Utc)
        {
            return $"{place}, and nobody said in which zone its times are; set DXY_HOSTZONE=UTC where they are UTC";
        }

        if (column.Generated && (KeyColumns.Contains(name) || BoundTable.IsPrice(name) || name is "is_partial" or "deleted_at"))
        {
            return $"{relation.QuotedName}.{name} is generated, and has to be written";
        }

        return BoundTable.IsPrice(name) && column is { Precision: { } precision, Scale: { } scale } && precision - scale < WholeDigits
            ? $"{place}, which can't hold an index of 103.04132390; change it (ALTER TABLE {relation.QuotedName} ALTER COLUMN {name} "
                + $"TYPE numeric(20,8))"
            : null;
    }

    // One more column in the key lets several bars of a minute stand beside each other. No key at all is for a migration's second phase to
    // make.
    static string? Key(HostRelation relation)
    {
        if (
            relation.Name != BoundTable.New
            || relation.Keys.Any(key => key.Usable && key.Columns.Count == KeyColumns.Length && KeyColumns.All(key.Columns.Contains))
        )
        {
            return null;
        }

        return
            relation.Keys.FirstOrDefault(key => KeyColumns.All(key.Columns.Contains) && key.Columns.Count > KeyColumns.Length) is { } wide
            ? $"{relation.QuotedName} is unique by ({string.Join(", ", wide.Columns)}) in {wide.Name}: several bars of one minute could "
                + $"stand there; "
                + $"give it a key of three columns (CREATE UNIQUE INDEX ON {relation.QuotedName} ({string.Join(", ", KeyColumns)}))"
            : null;
    }

    static IEnumerable<string> Texts(HostRelation relation, IEnumerable<TrialRow> rows) =>
        rows.SelectMany(row =>
                new[]
                {
                    ("canonical_symbol", row.Series.Symbol.Name),
                    ("timeframe", row.Series.Timeframe.ToString()),
                    ("source", row.Source),
                }
            )
            .Distinct()
            .Where(text => relation.Column(text.Item1) is { IsText: true } column && !column.Holds(text.Item2))
            .Select(text =>
                $"{relation.QuotedName}.{text.Item1} is {relation.Column(text.Item1)!.Type}, which can't hold '{text.Item2}'; "
                + (
                    relation.Column(text.Item1)!.Labels is null
                        ? "make it longer"
                        : $"ALTER TYPE {relation.Column(text.Item1)!.Type} ADD VALUE '{text.Item2}'"
                )
            );

    static IEnumerable<string> Registry(HostRelation relation)
    {
        foreach (
            var (name, isRight, wanted) in new (string, Func<HostColumn, bool>, string)[]
            {
                ("canonical_symbol", column => column.Base is "text" or "varchar", "text"),
                ("asset_class", column => column.IsText, "text"),
                ("description", column => column.IsText, "text"),
                ("active", column => column.Base == "bool", "boolean"),
                ("metadata", column => column.Base == "jsonb", "jsonb"),
            }
        )
        {
            if (relation.Column(name) is not { } column)
            {
                yield return $"{relation.QuotedName}.{name} is missing; add it ({wanted})";
            }
            else if (!isRight(column))
            {
                yield return $"{relation.QuotedName}.{name} is {column.Type}, not {wanted}; change it";
            }
        }
    }

    static string Wanted(ColumnKind kind) =>
        kind switch
        {
            ColumnKind.Text => "text",
            ColumnKind.Time => "time",
            ColumnKind.Flag => "true or false",
            ColumnKind.Json => "provenance",
            ColumnKind.Price => "price",
            _ => "number",
        };

    static string Kind(string kind) =>
        kind switch
        {
            "v" => "view",
            "m" => "materialized view",
            "f" => "foreign table",
            "S" => "sequence",
            "c" => "type",
            _ => "relation",
        };
}
