using DxyOrleans.Core.Bars;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Steps.CleanUp;
using DxyOrleans.Migration.Steps.Copy;
using DxyOrleans.Migration.Steps.Derive;
using DxyOrleans.Migration.Steps.PreFlight;
using DxyOrleans.Migration.Steps.Purge;
using DxyOrleans.Migration.Steps.SwitchReads;
using DxyOrleans.Schema.Binding;

namespace DxyOrleans.Migration.Views;

/// <summary>The statements by which a step changes the host's tables, as they are sent: what only moves a run's own rows is left
/// out.</summary>
static class PlannedSql
{
    /// <summary>A step's statements, for the host's tables. Their first lines say what is in the places that are still open;
    /// the symbol is in its place.</summary>
    public static IReadOnlyList<string> Of(IMigrationStep step, Run run, HostBinding binding) =>
        step switch
        {
            BackupStep =>
            [
                .. Backup.Tables.SelectMany(table =>
                    (string[])
                        [
                            $"CREATE TABLE {Backup.Of(run, table)} (LIKE public.{table})",
                            "-- $2 and $3 are a month's beginning and end\n"
                                + Filled(
                                    MigrationSql.WithTimes(
                                        Backup.Sql("save_month", $"public.{table}", Backup.Of(run, table)),
                                        binding,
                                        table
                                    ),
                                    run.Symbol
                                ),
                        ]
                ),
            ],
            FunctionStep =>
            [
                Text("derive/calc_dxy_range_1m", run.Symbol, binding),
                "REVOKE ALL ON FUNCTION calc_dxy_range_1m(timestamptz, timestamptz, integer) FROM PUBLIC",
            ],
            RegisterStep => [Text("derive/write_registry", run.Symbol, binding), Flip(run.Symbol, "legacy")],
            DualWriteStep => [Flip(run.Symbol, "both")],
            BarsStep => [Text("copy/insert_bars", run.Symbol, binding), Text("copy/take_source", run.Symbol, binding)],
            ReadsStep => [Flip(run.Symbol, "both_read_new")],
            OldWritesOffStep => [Flip(run.Symbol, "new")],
            RemoveStep => [Text("cleanup/remove_bars", run.Symbol, binding)],
            RowsStep =>
            [
                Text("purge/purge_batch", run.Symbol, binding),
                .. Backup.Tables.Select(table => $"DROP TABLE {Backup.Of(run, table)}"),
            ],
            _ => [],
        };

    static string Text(string path, Symbol symbol, HostBinding binding) =>
        Filled(binding.RenderPaired(MigrationSql.Template(path)), symbol);

    static string Flip(Symbol symbol, string mode) => $"SELECT dxy.flip_route('{symbol}', '{mode}')";

    // Comments keep their $1, which they explain.
    static string Filled(string sql, Symbol symbol) =>
        string.Join(
            '\n',
            sql.TrimEnd()
                .Split('\n')
                .Select(line =>
                    line.StartsWith("--", StringComparison.Ordinal) ? line : line.Replace("$1", $"'{symbol}'", StringComparison.Ordinal)
                )
        );
}
