using System.Text.RegularExpressions;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Steps.Schema;
using DxyOrleans.Schema;
using DxyOrleans.Testing;

namespace DxyOrleans.Migration.Tests;

/// <summary>What tests of the schema phase share.</summary>
static partial class Definitions
{
    public static IReadOnlyList<IMigrationStep> Steps { get; } =
    [new ColumnsStep(), new KeysStep(), new SourceCheckStep(), new ProofStep()];

    /// <summary>Columns, constraints, indexes and triggers of the host's tables, a line each.</summary>
    public static Task<IReadOnlyList<string>> OfAsync(LegacyHost host) =>
        SchemaCheck.FactsAsync(host.Data, "checks/host_definitions.sql", TestHost.Token);

    /// <summary>Without the columns that undoing leaves, nor their NOT NULL, which is a constraint with a name from PostgreSQL 18
    /// on.</summary>
    public static IEnumerable<string> WithoutAdded(IEnumerable<string> facts) => facts.Where(fact => !Added().IsMatch(fact));

    [GeneratedRegex("column (raw|created_at|updated_at) |constraint [a-z_0-9]+_(raw|created_at|updated_at)_not_null ")]
    private static partial Regex Added();

    public static async Task<string> IndexesAsync(LegacyHost host, string table = "data_bars") =>
        string.Join(
            '\n',
            await host.TestHost.TextsAsync(
                $"SELECT pg_get_indexdef(indexrelid) || ' ' || indisvalid FROM pg_index WHERE indrelid = 'public.{table}'::regclass "
                    + $"ORDER BY 1"
            )
        );

    public static async Task<string> ChecksAsync(LegacyHost host, string table = "data_bars") =>
        string.Join(
            '\n',
            await host.TestHost.TextsAsync(
                $"SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'c' AND conrelid = "
                    + $"'public.{table}'::regclass ORDER BY 1"
            )
        );

    /// <summary>A row of the index in the new table, as a copy writes it.</summary>
    public static Task<int> InsertDxyAsync(
        LegacyHost host,
        int minute,
        string conflict = "ON CONFLICT (canonical_symbol, timeframe, ts_utc) DO NOTHING"
    ) =>
        host.TestHost.RunAsync(
            $"INSERT INTO public.data_bars (canonical_symbol, timeframe, ts_utc, open, high, low, close, source, raw) VALUES ('DXY', "
                + $"'1m', '{TestHost.Minute(minute)}', 104, 104, 104, 104, 'synthetic', '{{}}') {conflict}"
        );
}
