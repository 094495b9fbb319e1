namespace DxyOrleans.Schema.Binding;

/// <summary>A column of a host's table, by the catalog's word.</summary>
public sealed record HostColumn
{
    public required string Name { get; init; }

    /// <summary>Its type as SQL writes it, qualified unless it is the server's own.</summary>
    public required string Type { get; init; }

    /// <summary>What a value of it is: the server's short name of its type, of a domain what it is of, <c>enum</c> for any enum.</summary>
    public required string Base { get; init; }

    /// <summary>Characters at most; null where there is no limit.</summary>
    public int? Length { get; init; }

    /// <summary>Digits of a <c>numeric</c>; null where there is no limit.</summary>
    public int? Precision { get; init; }

    /// <summary>Places of a <c>numeric</c> after the point; null where there is no limit.</summary>
    public int? Scale { get; init; }

    /// <summary>An enum's words.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    public bool NotNull { get; init; }

    public bool HasDefault { get; init; }

    /// <summary>Whether the server makes its values, so that none can be written.</summary>
    public bool Generated { get; init; }

    /// <summary>What the host's own triggers make of our values, by symbol (of <c>source</c>: by source): the places after the point that
    /// are left; null where it is another change, and nothing is compared.</summary>
    public IReadOnlyDictionary<string, int?>? Altered { get; init; }

    /// <summary>Which way they round, by symbol, where it isn't to the nearest: <see cref="Core.Bars.ColumnPrecision.Up"/> or
    /// <see cref="Core.Bars.ColumnPrecision.Down"/>.</summary>
    public IReadOnlyDictionary<string, string>? Towards { get; init; }

    /// <summary>Of <c>raw</c>: the keys that they add to what we write there.</summary>
    public IReadOnlyList<string>? Added { get; init; }

    /// <summary>What they make of a source.</summary>
    public IReadOnlyDictionary<string, string>? Renamed { get; init; }

    /// <summary>Whether it is of a domain of the host's, or another type that isn't the server's own.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsDomain => Type.Contains('.', StringComparison.Ordinal);

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsText => Base is "text" or "varchar" or "bpchar" or "enum" or "citext";

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsNumber => Base is "numeric" or "float8" or "float4" or "int2" or "int4" or "int8";

    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsTime => Base is "timestamptz" or "timestamp";

    /// <summary>Whether a text can stand in it.</summary>
    public bool Holds(string text) => Labels?.Contains(text) ?? (Length is not { } most || text.Length <= most);

    /// <summary>Whether statements see the same in both: what may be null, or has a default, they don't ask.</summary>
    public bool IsLike(HostColumn other) =>
        (Type, Base, Length, Precision, Scale, Generated)
            == (other.Type, other.Base, other.Length, other.Precision, other.Scale, other.Generated)
        && (Labels ?? []).SequenceEqual(other.Labels ?? []);
}

/// <summary>A unique index of a host's table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Usable">Valid, immediate, on whole columns, of all rows.</param>
/// <param name="Columns">In order.</param>
public sealed record HostKey(string Name, bool Usable, IReadOnlyList<string> Columns);

/// <summary>What stands under the name of a table of ours in <c>public</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Kind">Its relkind: <c>r</c> a table, <c>p</c> one in partitions, <c>v</c> a view, …</param>
/// <param name="Columns">In order.</param>
/// <param name="Keys">Unique indexes.</param>
public sealed record HostRelation(string Name, string Kind, IReadOnlyList<HostColumn> Columns, IReadOnlyList<HostKey> Keys)
{
    public string QuotedName => $"public.{Name}";

    public HostColumn? Column(string name) => Columns.FirstOrDefault(column => column.Name == name);
}
