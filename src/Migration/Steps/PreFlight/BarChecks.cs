using System.Globalization;
using DxyOrleans.Core.Bars;
using DxyOrleans.Core.Gates;
using DxyOrleans.Core.Indexes;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Schema.Binding;
using DxyOrleans.Schema.Registry;
using Npgsql;

namespace DxyOrleans.Migration.Steps.PreFlight;

/// <summary>What the tables' rows say before a run: the bars to be moved, those that the index is derived from, and what the registry makes
/// of both.</summary>
/// <param name="database">The host's, by the role that would carry the run out.</param>
/// <param name="symbol">What is to be migrated.</param>
/// <param name="settings">The run's.</param>
/// <param name="planning">Whether who asks only looks.</param>
sealed class BarChecks(NpgsqlDataSource database, Symbol symbol, RunSettings settings, bool planning)
{
    public async Task<IReadOnlyList<Gate>> RunAsync(CancellationToken cancellation) =>
        [
            .. await CountedAsync("pre-flight/source-rows", () => RowsAsync(cancellation)),
            .. await CountedAsync("pre-flight/components", () => MarketDataAsync(cancellation)),
        ];

    // A table may lack columns that the run will add, and who looks may lack rights: what can't be counted is said so.
    async Task<IEnumerable<Gate>> CountedAsync(string gate, Func<Task<IEnumerable<Gate>>> count)
    {
        try
        {
            return await count();
        }
        catch (PostgresException fault)
            when (fault.SqlState is PostgresErrorCodes.UndefinedColumn
                || (planning && fault.SqlState == PostgresErrorCodes.InsufficientPrivilege)
            )
        {
            return
            [
                Warn(
                    gate,
                    false,
                    "its rows can be counted",
                    $"they can't yet: {fault.MessageText}",
                    null,
                    "add the column or give the right; or accept that nothing is known of them"
                ),
            ];
        }
    }

    async Task<IEnumerable<Gate>> RowsAsync(CancellationToken cancellation)
    {
        var rows = (
            await database
                .Migration("pre-flight/rows", symbol.Name)
                .RowsAsync(
                    row => new
                    {
                        Old = row.GetInt64(0),
                        Superseded = row.GetInt64(1),
                        Partial = row.GetInt64(2),
                        Incomplete = row.GetInt64(3),
                        Target = row.GetInt64(4),
                        Alone = row.GetInt64(5),
                        Equal = row.GetInt64(6),
                        Different = row.GetInt64(7),
                        Foreign = row.GetInt64(8),
                        Sources = row.GetString(9),
                    },
                    cancellation
                )
        )[0];
        string[] needed =
        [
            .. new[]
            {
                (rows.Different, settings.Different, "different"),
                (rows.Foreign, settings.Foreign, "foreign"),
                (rows.Alone, settings.Alone, "alone"),
            }
                .Where(kind => kind.Item1 > 0 && kind.Item2 == ConflictPolicy.Stop)
                .Select(kind => kind.Item3),
        ];
        return
        [
            Gate.Of(
                "pre-flight/source-rows",
                rows.Old > 0 && rows.Incomplete == 0,
                $"active 1m bars of {symbol} in derived_data_bars, each with time and price",
                Text($"{rows.Old} bars, {rows.Incomplete} without"),
                $"SELECT count(*) FROM public.derived_data_bars WHERE canonical_symbol = '{symbol}' AND timeframe = '1m' AND deleted_at "
                    + $"IS NULL",
                "there is nothing to migrate, or rows that are no bars: mend or soft-delete them"
            ),
            new Gate(
                "pre-flight/superseded",
                GateVerdict.Pass,
                "the newest version of each bar is taken",
                Text($"{rows.Superseded} older versions stay behind")
            ),
            Warn(
                "pre-flight/partial",
                rows.Partial == 0 || settings.Partial != ConflictPolicy.Stop,
                "no partial bar, or a policy for them",
                Text($"{rows.Partial} bars are marked partial; policy {settings.Partial}"),
                null,
                "those that the components complete are derived anew; for the others give --on-partial keep-target or take-source, or "
                    + "accept that the copy may stop"
            ),
            Warn(
                "pre-flight/target-rows",
                needed.Length == 0,
                "no bar in data_bars that differs or stands there alone, or a policy for such",
                Text(
                    $"{rows.Target} bars stand there ({rows.Sources}): {rows.Equal} equal, {rows.Different} different, {rows.Foreign} different of other sources, {rows.Alone} in no other table"
                ),
                $"SELECT source, count(*) FROM public.data_bars WHERE canonical_symbol = '{symbol}' AND timeframe = '1m' GROUP BY 1",
                $"give a policy: {string.Join(", ", needed.Select(kind => $"--on-{kind} keep-target or take-source"))}; or accept that "
                    + $"the copy stops at them"
            ),
        ];
    }

    async Task<IEnumerable<Gate>> PricesAsync(string[] components, CancellationToken cancellation)
    {
        const string Unblock = "correct or soft-delete them; nothing is copied or derived from what is no price";
        var command = database.Migration("pre-flight/prices", symbol.Name, components);
        command.CommandTimeout = 0;
        var places = (
            await command.RowsAsync(
                row =>
                    (
                        Place: row.GetString(0),
                        Rows: row.GetInt64(1),
                        Unfit: row.GetInt64(2),
                        First: row.IsDBNull(3) ? null : row.GetString(3),
                        NoVolume: row.GetInt64(4),
                        NoCount: row.GetInt64(5)
                    ),
                cancellation
            )
        ).ToDictionary(place => place.Place);
        var (old, inputs) = (places["derived_data_bars"], places["data_bars"]);
        return
        [
            Gate.Of(
                "pre-flight/prices",
                old.Unfit == 0,
                "every bar to be moved has four prices above zero, high and low around them",
                old.Unfit == 0 ? Text($"{old.Rows} rows have") : Text($"{old.Unfit} of {old.Rows} rows have not; the first is {old.First}"),
                null,
                Unblock
            ),
            Warn(
                "pre-flight/input-prices",
                inputs.Unfit == 0,
                "and so has every bar that the index is derived from",
                inputs.Unfit == 0
                    ? Text($"{inputs.Rows} rows have")
                    : Text($"{inputs.Unfit} of {inputs.Rows} rows have not; the first is {inputs.First}"),
                null,
                "correct them, or accept that there is no bar of the index for these minutes"
            ),
            new Gate(
                "pre-flight/counts",
                GateVerdict.Pass,
                "volume and count may be missing: null is none",
                Text(
                    $"in derived_data_bars {old.NoVolume} rows are without volume and {old.NoCount} without count, in data_bars {inputs.NoVolume} and {inputs.NoCount}"
                )
            ),
        ];
    }

    async Task<Gate> RegistryAsync(string[] components, CancellationToken cancellation)
    {
        const string Name = "pre-flight/registry",
            Expected = "the index and its components are active in the registry";
        var lacking = await database
            .Migration("pre-flight/registry", (object)components.Append(symbol.Name).ToArray())
            .RowsAsync(row => (Symbol: row.GetString(0), What: row.GetString(1)), cancellation);
        // The index's row is the run's to make; that it is inactive is somebody's word.
        var (dead, quiet) = (
            lacking.Exists(one => one.Symbol == symbol.Name && one.What == "inactive"),
            lacking.Where(one => one.Symbol != symbol.Name).ToList()
        );
        var seen = string.Join(", ", lacking.Select(one => $"{one.Symbol}: {one.What}"));
        return dead
            ? Gate.Of(
                Name,
                false,
                Expected,
                $"{seen}: of an inactive index nothing is derived",
                "SELECT canonical_symbol, active FROM public.core_asset_registry_all",
                $"UPDATE public.core_asset_registry_all SET active = true WHERE canonical_symbol = '{symbol}'"
            )
            : Warn(
                Name,
                quiet.Count == 0,
                Expected,
                lacking.Count == 0 ? "they are" : seen,
                "SELECT canonical_symbol, active FROM public.core_asset_registry_all",
                "register or activate them, or accept that nothing may bring their bars"
            );
    }

    async Task<IEnumerable<Gate>> MarketDataAsync(CancellationToken cancellation)
    {
        var registry = await new RegistryStore(database).LoadAsync(cancellation);
        if ((registry.Index(symbol) ?? (symbol == IndexDefinition.Dxy.Symbol ? IndexDefinition.Dxy : null)) is not { } definition)
        {
            return
            [
                Gate.Of(
                    "pre-flight/components",
                    false,
                    $"the registry says what {symbol} is made of",
                    "it doesn't",
                    null,
                    "put factor, components and exponents into its row's metadata"
                ),
            ];
        }

        if (!definition.Later.IsEmpty)
        {
            return
            [
                Gate.Of(
                    "pre-flight/components",
                    false,
                    $"one definition of {symbol} for all of its history",
                    $"{definition.Later.Length} later periods with other weights",
                    null,
                    "migrate before the index is rebased: the old table's minutes have one formula"
                ),
            ];
        }

        string[] names = [.. definition.Components.Select(component => component.Symbol.Name)];
        var begins = await database
            .Migration("pre-flight/components", (object)names)
            .RowsAsync(row => (Symbol: row.GetString(0), Begin: row.IsDBNull(1) ? "never" : row.GetUtc(1).ToString()), cancellation);
        var (compared, different, worst) = (
            await database
                .Migration(
                    "pre-flight/parity",
                    symbol.Name,
                    (decimal)definition.Factor,
                    names,
                    definition.Components.Select(component => (decimal)component.Exponent).ToArray(),
                    Rounding()
                )
                .RowsAsync(row => (row.GetInt64(0), row.GetInt64(1), row.GetDouble(2)), cancellation)
        )[0];
        return
        [
            await RegistryAsync(names, cancellation),
            .. await CountedAsync("pre-flight/prices", () => PricesAsync(names, cancellation)),
            Gate.Of(
                "pre-flight/components",
                begins.All(begin => begin.Begin != "never"),
                "1m bars of every component in data_bars",
                "since: " + string.Join(", ", begins.Select(begin => $"{begin.Symbol} {begin.Begin}")),
                null,
                "bring the missing ones: a feed or './dxy import'"
            ),
            Warn(
                "pre-flight/formula",
                compared > 0 && different == 0,
                "the old bars are what the registry's formula gives",
                compared == 0
                    ? "none of the newest 500 could be compared"
                    : Text($"{different} of the newest {compared} differ, by {worst:0.00000000} at most"),
                null,
                "the old deriver used another formula or other inputs: see to the registry's factor and exponents, or accept that bars "
                    + "derived from now on differ in kind"
            ),
        ];
    }

    // Old derivers compute in doubles, and the old table may keep fewer places.
    decimal Rounding() => Math.Max(0.000001m, HostBindings.Of(database).Precision(BoundTable.Old, symbol).Close.Unit(100));

    static Gate Warn(string name, bool holds, string expected, string observed, string? evidence, string unblock) =>
        PreFlightChecks.Warn(name, holds, expected, observed, evidence, unblock);

    static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
