namespace DxyOrleans.Bars.Routes;

/// <summary>The two tables that hold bars, and the statements for each.</summary>
public sealed class BarTable
{
    private BarTable(string name) => Name = name;

    public static BarTable Data { get; } = new("data_bars");

    public static BarTable Derived { get; } = new("derived_data_bars");

    public string Name { get; }

    internal string Merge => Sql.Statement($"merge_{Name}");

    internal string Read => Sql.Statement($"read_{Name}");

    internal string ReadValues => Sql.Statement($"read_values_{Name}");

    public string ReadVersions => Sql.Statement($"read_versions_{Name}");

    public string Remove => Sql.Statement($"remove_{Name}");

    public override string ToString() => Name;
}
