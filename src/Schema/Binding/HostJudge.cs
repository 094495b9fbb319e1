using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Core.Time;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Schema.Binding;

/// <summary>
/// Judges a host's tables before anything of ours is put on them, and again whenever it is asked: by their shape, then by a trial. Changes
/// nothing; a sequence that the tables draw from moves by one for each role that writes there.
/// </summary>
public static class HostJudge
{
    // Enough to meet what a host's checks and triggers say of each kind of row.
    const int MaxIndexes = 4;

    // What our own registry asks for where the host has none.
    static readonly string[] OurRollups = ["5m", "1h"];

    static readonly Version MinTimescale = new(2, 18);

    /// <param name="database">Where.</param>
    /// <param name="hostZone">The zone of times without one, <see cref="BindingRules.Utc"/>; null where nobody said: then it is as it was
    /// when it was applied.</param>
    /// <param name="cancellation">Ends the judging.</param>
    /// <param name="tries">Whether there is a trial; else only the tables' shape is judged.</param>
    public static async Task<Judgement> JudgeAsync(
        NpgsqlDataSource database,
        string? hostZone,
        CancellationToken cancellation,
        bool tries = true
    )
    {
        var catalog = await HostCatalog.ReadAsync(database, cancellation);
        var binding = HostBinding.Of(catalog);
        if (catalog[BoundTable.New] is null && catalog[BoundTable.Old] is null)
        {
            return new Judgement(binding, [.. BindingRules.Refusals(catalog, [], hostZone)], []);
        }

        var stored = await BindingStore.ReadAsync(database, cancellation);
        hostZone ??=
            stored is { IsPlain: false }
            && new[] { stored.Data, stored.Derived }.Any(table => table.Columns.Any(column => column.Host?.Base == "timestamp"))
                ? BindingRules.Utc
                : null;
        List<string> refusals =
        [
            .. BindingRules.Refusals(catalog, [], hostZone),
            .. await HypertablesAsync(database, catalog, cancellation),
        ];
        if (refusals.Count > 0 || !tries)
        {
            // A statement that reads such a table might fail for the same reason.
            return new Judgement(binding, refusals, []);
        }

        var rows = await RowsAsync(database, catalog, binding, stored is not null, cancellation);
        refusals.AddRange(BindingRules.Refusals(catalog, rows, hostZone));
        return refusals.Count > 0
            ? new Judgement(binding, refusals, [])
            : await new HostTrial(database, binding).RunAsync(rows, cancellation);
    }

    static async Task<IReadOnlyList<TrialRow>> RowsAsync(
        NpgsqlDataSource database,
        HostCatalog catalog,
        HostBinding binding,
        bool isInstalled,
        CancellationToken cancellation
    )
    {
        var registry = catalog["core_asset_registry_all"] is null ? null : await new RegistryStore(database).LoadAsync(cancellation);
        List<IndexDefinition> indexes = registry is null ? [IndexDefinition.Dxy] : [.. registry.Indexes.Take(MaxIndexes)];
        var symbols = indexes.SelectMany(index => index.Components.Select(component => component.Symbol).Append(index.Symbol)).ToHashSet();
        var rows = new List<TrialRow>();
        if (indexes.FirstOrDefault()?.Components[0].Symbol is { } first)
        {
            rows.Add(new TrialRow(BoundTable.New, new Series(first, Timeframe.OneMinute), Writers(catalog), null, true));
            rows.AddRange(
                indexes
                    .SelectMany(index => index.Components)
                    .Select(component => component.Symbol)
                    .Distinct()
                    .Where(symbol => symbol != first)
                    .Select(symbol => new TrialRow(
                        BoundTable.New,
                        new Series(symbol, Timeframe.OneMinute),
                        Writers(catalog),
                        null,
                        false,
                        IsLookedAt: true
                    ))
            );
        }

        foreach (var index in indexes)
        {
            var legacy = await IsLegacyAsync(database, catalog, binding, index.Symbol, isInstalled, cancellation);
            rows.Add(new TrialRow(legacy ? BoundTable.Old : BoundTable.New, index.Series, BarSource.Synthetic, "dxy_silo", true));
            if (legacy)
            {
                rows.Add(new TrialRow(BoundTable.New, index.Series, BarSource.Synthetic, "dxy_mirror", false));
            }
        }

        Series[] rollups = registry is null
            ? [.. symbols.SelectMany(symbol => OurRollups.Select(timeframe => Series.Parse($"{symbol}/{timeframe}")))]
            : [.. registry.Rollups.Where(rollup => symbols.Contains(rollup.Symbol))];
        rows.AddRange(rollups.Select(rollup => new TrialRow(BoundTable.Old, rollup, BarSource.Derived, "dxy_silo", true)));
        return [.. rows.Where(row => catalog[row.Table] is not null)];
    }

    // What the host's own programs call themselves is theirs: where an enum knows our word it is taken, else any that it knows.
    static string Writers(HostCatalog catalog) =>
        catalog[BoundTable.New]?.Column("source")?.Labels is { Count: > 0 } labels && !labels.Contains(BarSource.Ingest)
            ? labels[0]
            : BarSource.Ingest;

    static async Task<bool> IsLegacyAsync(
        NpgsqlDataSource database,
        HostCatalog catalog,
        HostBinding binding,
        Symbol symbol,
        bool isInstalled,
        CancellationToken cancellation
    )
    {
        if (isInstalled)
        {
            await using var route = database.CreateCommand(
                "SELECT EXISTS (SELECT FROM dxy.route AS r WHERE r.symbol = $1 AND r.mode <> 'new')"
            );
            route.Parameters.With(symbol.Name);
            return (bool)(await route.ExecuteScalarAsync(cancellation))!;
        }

        if (catalog[BoundTable.New] is null || catalog[BoundTable.Old] is null)
        {
            return false;
        }

        await using var command = database.CreateCommand(binding.Render(Sql.Text("trial/legacy.sql")));
        command.Parameters.With(symbol.Name);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    static async Task<IEnumerable<string>> HypertablesAsync(NpgsqlDataSource database, HostCatalog catalog, CancellationToken cancellation)
    {
        if (!catalog.HasTimescale)
        {
            return [];
        }

        await using var command = database.CreateCommand(
            """
            SELECT h.table_name::text, coalesce((SELECT e.extversion FROM pg_extension AS e WHERE e.extname = 'timescaledb'), '')
            FROM _timescaledb_catalog.hypertable AS h
            WHERE h.schema_name = 'public' AND h.table_name IN ('data_bars', 'derived_data_bars') ORDER BY 1
            """
        );
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var refused = new List<string>();
        while (await reader.ReadAsync(cancellation))
        {
            var (table, version) = (reader.GetString(0), reader.GetString(1));
            if (!(Version.TryParse(version.Split('-')[0], out var known) && known >= MinTimescale))
            {
                refused.Add(
                    $"public.{table} is a hypertable of TimescaleDB {(version.Length > 0 ? version : "of unknown version")}: before "
                        + $"2.18 its INSERTs fail with triggers such as ours; upgrade TimescaleDB"
                );
            }
        }

        return refused;
    }
}
