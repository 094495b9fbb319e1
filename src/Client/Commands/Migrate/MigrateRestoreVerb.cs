using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Runs;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate restore</c>: brings rows back from the backup that a run made, those that are gone and those that differ.</summary>
internal sealed class MigrateRestoreVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<UtcTime?> _from = Values.From();
    readonly Option<UtcTime?> _to = Values.To();
    readonly Option<string> _table = new("--table")
    {
        Description = "data_bars, derived_data_bars, or both.",
        DefaultValueFactory = _ => "both",
    };
    readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say how many rows it would bring back, and write nothing." };

    public MigrateRestoreVerb()
        : base(
            "restore",
            "Brings rows of a range back from a run's backup, every column: those that are gone and those that differ. Rows that came "
                + "since stay.",
            "migrate restore --from 2024-11-05T10:00:00Z --to 2024-11-05T11:00:00Z --table derived_data_bars --dry-run"
        )
    {
        _table.AcceptOnlyFromAmong("both", "data_bars", "derived_data_bars");
        Arguments.Add(_name);
        Options.Add(_from);
        Options.Add(_to);
        Options.Add(_table);
        Options.Add(_dryRun);
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var range = Values.Range(parse, _from, _to);
        var database = await session.DatabaseAsync(cancellation);
        var run = (await RunPick.RequireHereAsync(database, parse.GetValue(_name), cancellation)).Run;
        var backup = new RunBackup(database, run);
        var tables = parse.GetValue(_table) is var one && one == "both" ? RunBackup.Tables : [one!];
        var (dryRun, restored) = (parse.GetValue(_dryRun), 0L);
        foreach (var table in tables)
        {
            var (gone, different) = await backup.CountAsync(table, range, cancellation)
                ?? throw new Fault(
                    ExitCode.Usage,
                    "no-backup",
                    $"the backup of {run.Name} is gone",
                    table,
                    "it goes with a rollback and with the purge"
                ).ToException();
            session.Note($"{table}: {RunWords.Count(gone)} rows of the backup are gone, {RunWords.Count(different)} differ");
            if (!dryRun && gone + different > 0)
            {
                Confirmation.Require(
                    session,
                    $"This writes {RunWords.Count(gone + different)} rows of {table} as they were before {run.Name}",
                    run.Name
                );
                restored += await backup.RestoreAsync(table, range, cancellation);
            }
        }

        if (session.Json)
        {
            using var document = session.Document("dxy.migrate_restore/1");
            document.Json.WriteString("run", run.Name);
            document.Json.WriteNumber("restored", restored);
            document.Json.WriteBoolean("dry_run", dryRun);
            return ExitCode.Done;
        }

        session.Out.WriteLine(dryRun ? "nothing was written" : $"{RunWords.Count(restored)} rows brought back");
        return ExitCode.Done;
    }
}
