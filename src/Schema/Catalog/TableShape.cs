using DxyOrleans.Schema.Binding;

namespace DxyOrleans.Schema.Catalog;

/// <summary>A relation of a table's tree: the table itself or a partition.</summary>
/// <param name="Oid">Its oid.</param>
/// <param name="Name">Schema and name, quoted.</param>
/// <param name="Kind">Its relkind: <c>r</c> holds rows, <c>p</c> is divided.</param>
/// <param name="Level">0 for the table.</param>
public sealed record Relation(long Oid, string Name, string Kind, int Level)
{
    public bool IsPartitioned => Kind == "p";
}

/// <param name="Name">Its name.</param>
/// <param name="Number">Its attnum.</param>
/// <param name="Type">With precision.</param>
/// <param name="BaseType">Without.</param>
/// <param name="NotNull">Whether it refuses NULL.</param>
/// <param name="Scale">Of a numeric that has one.</param>
public sealed record Column(string Name, int Number, string Type, string BaseType, bool NotNull, int? Scale);

/// <param name="QuotedName">Schema and name, quoted.</param>
/// <param name="Name">Its name.</param>
/// <param name="Valid">indisvalid.</param>
/// <param name="Problems">Why ON CONFLICT on the bars' key can't use it; empty when it can.</param>
/// <param name="NullsNotDistinct">Whether it takes NULLs for equal.</param>
public sealed record Key(string QuotedName, string Name, bool Valid, string Problems, bool NullsNotDistinct)
{
    public bool IsUsable => Problems.Length == 0;
}

/// <param name="Oid">Of the constraint.</param>
/// <param name="Relation">Schema and name of what it is on, quoted.</param>
/// <param name="Name">Its name.</param>
/// <param name="Definition">As PostgreSQL writes it.</param>
/// <param name="Expression">What it demands.</param>
/// <param name="Validated">Whether every row was looked at.</param>
/// <param name="NoInherit">Whether partitions are spared.</param>
/// <param name="BySource">Whether it looks at the column <c>source</c>.</param>
/// <param name="Admits">Whether a row of ours passes.</param>
public sealed record Check(
    long Oid,
    string Relation,
    string Name,
    string Definition,
    string Expression,
    bool Validated,
    bool NoInherit,
    bool BySource,
    bool Admits
);

/// <summary>A table of bars, by the catalog's word.</summary>
/// <param name="Table">Its name in <c>public</c>.</param>
/// <param name="Relations">Itself and its partitions; empty when there is no such table in <c>public</c>.</param>
/// <param name="Columns">In order.</param>
/// <param name="Keys">Indexes that are, or claim to be, its key.</param>
/// <param name="Checks">Its constraints, and those of partitions alone.</param>
/// <param name="Host">Its columns as the binding judges them; null when there is no such table.</param>
public sealed record TableShape(
    string Table,
    IReadOnlyList<Relation> Relations,
    IReadOnlyList<Column> Columns,
    IReadOnlyList<Key> Keys,
    IReadOnlyList<Check> Checks,
    HostRelation? Host
)
{
    public static readonly string[] KeyColumns = ["canonical_symbol", "timeframe", "ts_utc"];

    public bool Exists => Relations.Count > 0;

    public string QuotedName => Relations[0].Name;

    /// <summary>One of our columns beside the table's.</summary>
    public BoundColumn Bound(string name) =>
        new(name, BoundTable.Expected(Table).First(expected => expected.Name == name).Kind, Host?.Column(name));

    /// <summary>Whether values of ours can be kept in the column, or the table may do without it.</summary>
    public bool Fits(ColumnRule rule) =>
        Bound(rule.Name) is { Host: { } host, Kind: var kind }
            ? BindingRules.Fits(host, kind)
            : rule.Add is null && BoundTable.IsOptional(rule.Name);

    public Column? Column(string name) => Columns.FirstOrDefault(column => column.Name == name);

    /// <summary>A deferrable key: as long as it is there, PostgreSQL refuses every upsert by these columns, whatever other key there
    /// is.</summary>
    public Key? DeferrableKey => Keys.FirstOrDefault(key => key.Problems == "is deferrable");

    public Key? UsableKey => Keys.FirstOrDefault(key => key.IsUsable);

    /// <summary>Key columns that let NULL in, so that the same bar can stand there twice.</summary>
    public IEnumerable<Column> OpenKeyColumns =>
        UsableKey?.NullsNotDistinct == true ? [] : KeyColumns.Select(Column).OfType<Column>().Where(column => !column.NotNull);
}
