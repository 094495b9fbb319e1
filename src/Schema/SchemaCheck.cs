using DxyOrleans.Schema.Binding;
using Npgsql;

namespace DxyOrleans.Schema;

/// <summary>How a database differs from what it should be.</summary>
public static class SchemaCheck
{
    /// <summary>A sentence for each difference; none when there is none.</summary>
    public static async Task<IReadOnlyList<string>> DifferencesAsync(NpgsqlDataSource database, CancellationToken cancellation)
    {
        var differences = new List<string>();
        var stored = await BindingStore.ReadAsync(database, cancellation) ?? HostBinding.Ours;
        var expected = Expected(stored).ToHashSet(StringComparer.Ordinal);
        var found = await OursAsync(database, cancellation);
        differences.AddRange(expected.Except(found).Order(StringComparer.Ordinal).Select(fact => $"missing: {fact}"));
        differences.AddRange(found.Except(expected).Order(StringComparer.Ordinal).Select(fact => $"unexpected: {fact}"));
        foreach (var table in new[] { "data_bars", "derived_data_bars", "core_asset_registry_all" })
        {
            await using var command = database.CreateCommand("SELECT to_regclass($1) IS NULL");
            command.Parameters.With($"public.{table}");
            if ((bool)(await command.ExecuteScalarAsync(cancellation))!)
            {
                differences.Add($"missing: table public.{table}");
            }
        }

        foreach (var trigger in await CaptureMissing.ReadAsync(database, cancellation))
        {
            differences.Add($"{(trigger.Disabled ? "disabled" : "missing")}: trigger {trigger.Name} on {trigger.Table}");
        }

        differences.AddRange(
            (await Subscriptions.ReadAsync(database, cancellation)).Select(subscription => subscription.Fault).OfType<string>()
        );

        // The host's tables need not be ours to the letter; but where they keep us from working that is a difference too.
        if (differences.Count == 0)
        {
            differences.AddRange(
                (await TableFitness.FaultsAsync(database, cancellation, tries: true))
                    .Where(fault => fault.Stops)
                    .Select(fault => $"unfit: {fault.Line}")
            );
        }

        return differences;
    }

    /// <summary>
    /// Whether a function, view, trigger, policy or right of ours is missing or another's: a restore by an owner who is no superuser leaves
    /// it so, and whoever revoked too much. All of them can be made again; tables can't.
    /// </summary>
    internal static async Task<bool> LacksAsync(NpgsqlDataSource database, HostBinding stored, CancellationToken cancellation) =>
        Expected(stored)
            .Except(await OursAsync(database, cancellation))
            .Any(fact =>
                !fact.StartsWith("table ", StringComparison.Ordinal)
                && !fact.StartsWith("column ", StringComparison.Ordinal)
                && !fact.StartsWith("index ", StringComparison.Ordinal)
            );

    // Functions that read or write a host's rows stand there with bodies made for its columns.
    static IEnumerable<string> Expected(HostBinding binding)
    {
        var changed = SchemaScript.ChangedBodies(binding);
        return Sql.Text("checks/our_objects.txt")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(fact =>
                fact.LastIndexOf("body=", StringComparison.Ordinal) is var at and > 0 && changed.TryGetValue(fact[(at + 5)..], out var body)
                    ? fact[..(at + 5)] + body
                    : fact
            )
            .Concat(DerivingRuleList.Expected);
    }

    static async Task<IReadOnlyList<string>> OursAsync(NpgsqlDataSource database, CancellationToken cancellation) =>
        [
            .. await FactsAsync(database, "checks/our_objects.sql", cancellation),
            .. await DerivingRuleList.FactsAsync(database, cancellation),
        ];

    /// <summary>The lines a catalog query of <c>sql/checks/</c> returns, the same for every login: names come with their schema, whatever
    /// path the login has.</summary>
    public static async Task<IReadOnlyList<string>> FactsAsync(NpgsqlDataSource database, string check, CancellationToken cancellation)
    {
        await using var connection = await database.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await connection.RunAsync("SET LOCAL search_path = pg_catalog, pg_temp", cancellation);
        return await connection.TextsAsync(Sql.Text(check), cancellation);
    }
}
