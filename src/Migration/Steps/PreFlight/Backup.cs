using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Engine;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Migration.Steps.PreFlight;

/// <summary>
/// Where a run's backup stands: <c>dxy_backup."RUN_data_bars"</c> and <c>dxy_backup."RUN_derived_data_bars"</c>, each with every row of the
/// symbol, minutes and rollups, that opened before the run began, softly deleted ones too. What opens later arrived meanwhile.
/// </summary>
static class Backup
{
    /// <summary>Kept with a run whose backup holds the symbol's rollups as well as its minutes.</summary>
    public const string Scope = "backup_scope";

    public static readonly string[] Tables = ["data_bars", "derived_data_bars"];

    /// <summary>The backup's table, quoted; a run's name holds nothing that a quoted name can't.</summary>
    public static string Of(Run run, string table) => $"dxy_backup.\"{run.Name}_{table}\"";

    /// <summary>A file of <c>sql/migration/pre-flight/</c> with its relations put in.</summary>
    public static string Sql(string name, params string[] relations) =>
        relations
            .Select((relation, i) => (relation, i))
            .Aggregate(MigrationSql.Template($"pre-flight/{name}"), (text, part) =>
                text.Replace($"{{{part.i}}}", part.relation, StringComparison.Ordinal)
            );

    /// <summary>Bars that open from here on are no part of it.</summary>
    public static UtcTime End(Run run) => run.StartedAt.Floor(Timeframe.OneMinute);
}
