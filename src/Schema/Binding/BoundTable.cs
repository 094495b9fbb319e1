using DxyOrleans.Core.Bars;

namespace DxyOrleans.Schema.Binding;

/// <summary>One of the two tables of bars: our columns, each beside the host's.</summary>
public sealed class BoundTable
{
    public const string New = "data_bars";
    public const string Old = "derived_data_bars";

    /// <summary>Of an instant, a text, a number: what a bar can do without, and what the host may therefore lack.</summary>
    static readonly string[] Optional = ["vol", "vwap", "trade_count", "ingested_at", "raw", "created_at", "updated_at"];

    static readonly (string Name, ColumnKind Kind)[] Bar =
    [
        ("canonical_symbol", ColumnKind.Text),
        ("timeframe", ColumnKind.Text),
        ("ts_utc", ColumnKind.Time),
        ("open", ColumnKind.Price),
        ("high", ColumnKind.Price),
        ("low", ColumnKind.Price),
        ("close", ColumnKind.Price),
        ("vol", ColumnKind.Volume),
        ("vwap", ColumnKind.Price),
        ("trade_count", ColumnKind.Count),
        ("is_partial", ColumnKind.Flag),
        ("source", ColumnKind.Text),
        ("ingested_at", ColumnKind.Time),
        ("raw", ColumnKind.Json),
        ("created_at", ColumnKind.Time),
        ("updated_at", ColumnKind.Time),
    ];

    static readonly string[] Prices = ["open", "high", "low", "close"];

    readonly Dictionary<string, BarPrecision> _altered;
    readonly BarPrecision _precision;

    /// <param name="name">Its name.</param>
    /// <param name="column">The host's column of a name; null where there is none.</param>
    public BoundTable(string name, Func<string, HostColumn?> column)
    {
        (Name, _altered) = (name, []);
        Columns = [.. Expected(name).Select(expected => new BoundColumn(expected.Name, expected.Kind, column(expected.Name)))];
        _precision = Of(null);
        foreach (var symbol in Columns.Where(one => one.Name != "source").SelectMany(one => one.Host?.Altered?.Keys ?? []).Distinct())
        {
            _altered[symbol] = Of(symbol);
        }
    }

    BoundTable(BoundTable table, IReadOnlyList<BoundColumn> columns) =>
        (Name, Columns, _precision, _altered) = (table.Name, columns, table._precision, table._altered);

    public string Name { get; }

    public IReadOnlyList<BoundColumn> Columns { get; }

    public BoundColumn? Column(string name) => Columns.FirstOrDefault(column => column.Name == name);

    /// <summary>The table for statements that hold it against the other one; see <see cref="BoundColumn.Beside"/>.</summary>
    public BoundTable Beside(BoundTable other) =>
        new(this, [.. Columns.Select(column => other.Column(column.Name) is { } same ? column.Beside(same) : column)]);

    /// <summary>Whether statements that are written for our table are right for the host's, as they stand.</summary>
    public bool IsOurs => Columns.All(column => column.IsOurs);

    /// <summary>Whether there is nothing to remember of it.</summary>
    public bool IsPlain => IsOurs && Columns.All(column => column.Host is not { Altered.Count: > 0 });

    /// <summary>How exactly it holds a bar of a symbol.</summary>
    public BarPrecision Precision(Symbol symbol) =>
        _altered.Count > 0 && _altered.TryGetValue(symbol.Name, out var altered) ? altered : _precision;

    /// <summary>Whether what a row says of its inputs stands there as it was written.</summary>
    public bool KeepsProvenance(Symbol symbol) =>
        Column("raw")!.Host is { Generated: false } raw && raw.Altered?.ContainsKey(symbol.Name) != true;

    /// <summary>What stands there of a source that was written.</summary>
    public string Source(string written) => Column("source")!.Host?.Renamed?.GetValueOrDefault(written) ?? written;

    public static IEnumerable<(string Name, ColumnKind Kind)> Expected(string table) =>
        table == New ? Bar : [.. Bar, ("derivation_version", ColumnKind.Version), ("deleted_at", ColumnKind.Time)];

    public static bool IsOptional(string column) => Optional.Contains(column);

    public static bool IsPrice(string column) => Prices.Contains(column);

    /// <summary>Whether statements see the same in both.</summary>
    public bool IsLike(BoundTable other) =>
        Columns
            .Zip(other.Columns, (one, two) => one.Host is null ? two.Host is null : two.Host is { } host && one.Host.IsLike(host))
            .All(same => same);

    BarPrecision Of(string? symbol) =>
        new()
        {
            Open = Of("open", symbol),
            High = Of("high", symbol),
            Low = Of("low", symbol),
            Close = Of("close", symbol),
            Volume = Of("vol", symbol),
            Vwap = Of("vwap", symbol),
            HasTradeCount = Column("trade_count") is { Host: not null } count && (symbol is null || !count.Ignored.Contains(symbol)),
        };

    // Where the host's trigger rounds further than the column does, that is as well as it can be stored.
    ColumnPrecision Of(string name, string? symbol)
    {
        var column = Column(name)!;
        return symbol is null || column.Host?.Altered is not { } altered || !altered.TryGetValue(symbol, out var places) ? column.Precision
            : places is { } scale ? ColumnPrecision.Places(scale, column.Host.Towards?.GetValueOrDefault(symbol))
            : column.Ignored.Contains(symbol) ? ColumnPrecision.Missing
            : column.Precision;
    }
}
