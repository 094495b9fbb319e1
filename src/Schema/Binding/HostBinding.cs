using DxyOrleans.Core.Bars;

namespace DxyOrleans.Schema.Binding;

/// <summary>
/// How the host's columns stand for ours: the one thing by which statements are brought to a host's tables, and by which stored and
/// computed are compared. A host whose columns are ours has none to speak of: every statement is run as it is written.
/// </summary>
public sealed class HostBinding
{
    /// <summary>Tables such as ours.</summary>
    public static HostBinding Ours { get; } = new(new BoundTable(BoundTable.New, OurColumn), new BoundTable(BoundTable.Old, OurColumn));

    readonly BoundSql? _sql;
    readonly BoundSql? _paired;

    public HostBinding(BoundTable data, BoundTable derived)
    {
        (Data, Derived) = (data, derived);
        _sql = data.IsOurs && derived.IsOurs ? null : new BoundSql(data, derived);
        _paired = _sql is null ? null : new BoundSql(data.Beside(derived), derived.Beside(data));
    }

    public BoundTable Data { get; }

    public BoundTable Derived { get; }

    /// <summary>Whether there is nothing to remember: the tables are such as ours.</summary>
    public bool IsPlain => Data.IsPlain && Derived.IsPlain;

    /// <summary>Whether statements run as they are written.</summary>
    public bool IsOurs => _sql is null;

    public BoundTable this[string table] => table == BoundTable.New ? Data : Derived;

    /// <summary>What the catalog says, where a table is missing with ours.</summary>
    public static HostBinding Of(HostCatalog catalog) => new(Of(catalog, BoundTable.New), Of(catalog, BoundTable.Old));

    /// <summary>A statement, or a script of functions, for these tables.</summary>
    public string Render(string sql) => _sql is null ? sql : _sql.Render(sql);

    /// <summary>The same for one that holds the two tables against each other: as exactly as the coarser of them has it.</summary>
    public string RenderPaired(string sql) => _paired is null ? sql : _paired.Render(sql);

    /// <summary>What a statement reads of a relation that has a table's columns, such as its backup.</summary>
    public string Reading(string table, string relation) => BoundReads.Of(this[table], relation);

    /// <summary>How exactly a table holds a bar of a symbol.</summary>
    public BarPrecision Precision(string table, Symbol symbol) => this[table].Precision(symbol);

    /// <summary>Whether statements see the same in both.</summary>
    public bool IsLike(HostBinding other) => Data.IsLike(other.Data) && Derived.IsLike(other.Derived);

    /// <summary>Whether there is nothing in the one that isn't in the other.</summary>
    public bool IsSame(HostBinding other) => (IsPlain && other.IsPlain) || (IsLike(other) && Lines().SequenceEqual(other.Lines()));

    /// <summary>A line for each column that isn't as ours.</summary>
    public IEnumerable<string> Lines() =>
        new[] { Data, Derived }.SelectMany(table =>
            table
                .Columns.Where(column => !column.IsOurs || column.Host is { Altered.Count: > 0 })
                .Select(column => $"public.{table.Name}.{column.Name}: {Line(column)}")
        );

    static string Line(BoundColumn column)
    {
        var said = column.Host switch
        {
            null when column.Name == "raw" => "there is none; what a row was made of isn't recorded",
            null => "there is none; neither written nor compared",
            { Generated: true, Altered: { Count: > 0 } ignored } host =>
                $"{host.Type}, made by the server; not written, and not compared of "
                    + string.Join(", ", ignored.Keys.Order(StringComparer.Ordinal)),
            { Generated: true } host => $"{host.Type}, made by the server; not written",
            { Base: "timestamp" } host => $"{host.Type}, in UTC",
            { } host => column.Precision.Kind == PrecisionKind.Exact ? host.Type : $"{host.Type}, compared at its precision",
        };
        said = column.Host?.Added is { Count: > 0 } added
            ? $"{said}; the host's trigger adds {string.Join(", ", added)} (not compared)"
            : said;
        return column.Host is { Generated: false, Altered: { Count: > 0 } altered }
            ? $"{said}; the host's trigger changes it: "
                + $"{string.Join(", ", altered.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => one.Key + Change(column.Host, one.Key, one.Value)))}"
            : said;
    }

    static string Change(HostColumn column, string key, int? places) =>
        column.Renamed?.GetValueOrDefault(key) is { } name ? $" to {name}"
        : places is null ? " (not compared)"
        : $" to {places} places{(column.Towards?.GetValueOrDefault(key) is { } towards ? $", {towards}" : "")}";

    /// <summary>The same columns with what a trial found of another's.</summary>
    public HostBinding WithAlterationsOf(HostBinding other)
    {
        return new HostBinding(Table(BoundTable.New), Table(BoundTable.Old));
        BoundTable Table(string table) =>
            new(table, name =>
                this[table].Column(name)?.Host is { } host && other[table].Column(name)?.Host is { } was && host.IsLike(was)
                    ? host with
                    {
                        Altered = was.Altered,
                        Towards = was.Towards,
                        Renamed = was.Renamed,
                        Added = was.Added,
                    }
                    : this[table].Column(name)?.Host
            );
    }

    static BoundTable Of(HostCatalog catalog, string table) => new(table, catalog[table] is { } relation ? relation.Column : OurColumn);

    static HostColumn OurColumn(string name)
    {
        var (type, kind) = BoundTable.Expected(BoundTable.Old).First(expected => expected.Name == name).Kind switch
        {
            ColumnKind.Text => ("text", "text"),
            ColumnKind.Price => ("numeric", "numeric"),
            ColumnKind.Volume => ("numeric", "numeric"),
            ColumnKind.Count or ColumnKind.Version => ("integer", "int4"),
            ColumnKind.Flag => ("boolean", "bool"),
            ColumnKind.Time => ("timestamp with time zone", "timestamptz"),
            _ => ("jsonb", "jsonb"),
        };
        return new HostColumn
        {
            Name = name,
            Type = type,
            Base = kind,
        };
    }
}
