using DxyOrleans.Core.Gates;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Catalog;
using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>
/// Whether the host's tables of bars are such that bars can be read and stored there, by the catalog's word. Phase 2 of a migration mends
/// what it can of this; until then, and where no migration ever comes, it has to be told: each attempt to write would fail in the same way.
/// </summary>
public static class TableFitness
{
    const string Mend = "or start the migration: its phase 2 does it";

    /// <summary>What is wrong; none where all is well, or a table isn't there at all. The binding is read anew by the way.</summary>
    /// <param name="database">Where.</param>
    /// <param name="cancellation">Ends the looking.</param>
    /// <param name="tries">Whether rows are tried as well, by <see cref="HostJudge"/>: for who asks once, not for who looks all the
    /// time.</param>
    public static async Task<IReadOnlyList<TableFault>> FaultsAsync(
        NpgsqlDataSource database,
        CancellationToken cancellation,
        bool tries = false
    )
    {
        var faults = new List<TableFault>();
        Uses? uses = null;
        var bound = await HostBindings.OfAsync(database, cancellation);
        var now = HostBinding.Of(await HostCatalog.ReadAsync(database, cancellation));
        foreach (var name in new[] { SchemaCatalog.New, SchemaCatalog.Old })
        {
            var table = await SchemaCatalog.ReadAsync(database, name, null, cancellation);
            if (!table.Exists)
            {
                continue;
            }

            if (!bound[name].IsOurs || !now[name].IsOurs)
            {
                faults.AddRange(Changed(table, bound[name], now[name]));
            }

            if (
                bound[name].IsOurs
                && SchemaGates.Columns(table) is { Verdict: GateVerdict.Fail } columns
                && !faults.Any(fault => fault.Stops)
            )
            {
                uses ??= await UsesAsync(database, cancellation);
                faults.Add(
                    new TableFault(
                        $"{table.QuotedName} can't be read or written as bars: {columns.Observed}; {Columns(table)}",
                        IsStopped(table, uses),
                        name == SchemaCatalog.New
                    )
                );
            }

            if (name == SchemaCatalog.New && SchemaGates.Key(table) is { Verdict: GateVerdict.Fail } key)
            {
                uses ??= await UsesAsync(database, cancellation);
                faults.Add(
                    new TableFault(
                        $"{table.QuotedName} takes no bar of ours: it wants {key.Expected} (found: {key.Observed}); {Key(table)}",
                        uses.IsNewWritten,
                        false
                    )
                );
            }
        }

        // What the catalog doesn't say the tables say themselves.
        return faults.Count > 0
            ? faults
            :
            [
                .. (await HostJudge.JudgeAsync(database, null, cancellation, tries)).Refusals.Select(line => new TableFault(
                    line,
                    true,
                    false
                )),
            ];
    }

    /// <summary>The faults in one line; null where there are none.</summary>
    public static async Task<string?> ExplainAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        await FaultsAsync(database, cancellation) is { Count: > 0 } faults ? string.Join("; ", faults.Select(found => found.Line)) : null;

    /// <summary>
    /// To be called after a fault that <see cref="PostgresFaults.IsAboutTables">is about tables</see>: a statement of a batch that the
    /// server refused to plan leaves the driver in the belief that those after it are prepared, and they
    /// would be answered in disorder once it can be planned.
    /// </summary>
    public static void Forget(NpgsqlDataSource database)
    {
        HostBindings.Forget(database.ConnectionString);
        database.Clear();
    }

    // Columns that the host changed since they were bound. What went, or is of another kind of type now, no statement of ours can go on
    // with.
    static IEnumerable<TableFault> Changed(TableShape table, BoundTable bound, BoundTable now) =>
        bound
            .Columns.Zip(now.Columns)
            .Where(pair =>
                !(pair.First.Host is null ? pair.Second.Host is null : pair.Second.Host is { } host && pair.First.Host.IsLike(host))
                && !(pair.First.IsOurs && pair.Second.IsOurs)
            )
            // Of one that may not be missing the columns' gate speaks, with what adds it.
            .Where(pair =>
                !(
                    pair.First.IsOurs
                    && pair.Second.Host is null
                    && ColumnRule.Of(table.Table).Any(rule => rule.Name == pair.First.Name && !table.Fits(rule))
                )
            )
            .Select(pair => new TableFault(
                $"{table.QuotedName}.{pair.First.Name} was {Type(pair.First)} when it was bound and is {Type(pair.Second)} now; './dxy "
                    + $"db apply' brings the binding up to date",
                pair.Second.Host is null || (pair.First.Host is { } was && was.Base != pair.Second.Host.Base),
                false
            ));

    static string Type(BoundColumn column) =>
        column.Host is { } host
            ? host.Generated
                ? $"{host.Type}, generated,"
                : host.Type
            : "missing";

    static async Task<Uses> UsesAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        await using var command = database.CreateCommand(Sql.Text("checks/uses_of_tables.sql"));
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        await reader.ReadAsync(cancellation);
        return new Uses(reader.GetBoolean(0), reader.GetBoolean(1));
    }

    // Prices can be read without raw and the like: an index that is kept in the old table goes on, so that a migration can be started,
    // which adds them.
    static bool IsStopped(TableShape table, Uses uses) =>
        table.Table == SchemaCatalog.New && CanBeAdded(table) ? uses.IsNewWritten : uses.HasTargets;

    static bool CanBeAdded(TableShape table) =>
        ColumnRule
            .Of(table.Table)
            .All(rule => table.Column(rule.Name) is { } column ? rule.Types.Contains(column.BaseType) : rule.Add is not null);

    static string Columns(TableShape table)
    {
        var added = ColumnRule
            .Of(table.Table)
            .Where(rule => rule.Add is not null && table.Column(rule.Name) is null)
            .Select(rule => $"ADD COLUMN {rule.Name} {rule.Add}");
        return CanBeAdded(table)
            ? $"ALTER TABLE {table.QuotedName} {string.Join(", ", added)}, {Mend}"
            : "the host has to mend that: only it knows what the values are";
    }

    static string Key(TableShape table) =>
        table.DeferrableKey is { } late
            ? $"drop {late.Name}, then {Build(table)}"
            : $"once no bar stands there twice {Build(table)}, {Mend}";

    static string Build(TableShape table) =>
        $"CREATE UNIQUE INDEX {(table.Relations[0].IsPartitioned ? "" : "CONCURRENTLY ")}ON {table.QuotedName} "
        + $"({string.Join(", ", TableShape.KeyColumns)})";

    // What the registry's targets need.
    sealed record Uses(bool HasTargets, bool IsNewWritten);
}
