using System.CommandLine;
using DxyOrleans.Client.Cli;
using DxyOrleans.Client.Commands.Migrate.Views;
using DxyOrleans.Core.Time;
using DxyOrleans.Migration.Rules;
using DxyOrleans.Migration.Runs;
using DxyOrleans.Migration.Verification;
using DxyOrleans.Postgres;
using Npgsql;

namespace DxyOrleans.Client.Commands.Migrate;

/// <summary><c>migrate verify</c>: compares both tables, bar by bar where they differ. One that was interrupted is gone on with.</summary>
internal sealed class MigrateVerifyVerb : Verb
{
    readonly Argument<string?> _name = RunPick.Argument();
    readonly Option<bool> _sinceLast = new("--since-last")
    {
        Description = "Only days touched since the last verification; trusts the change log. No gate relies on it.",
    };
    readonly Option<bool> _parity = new("--parity") { Description = "Three ways: both tables and a recomputation from the components." };
    readonly Option<UtcTime?> _from = Values.From();
    readonly Option<UtcTime?> _to = Values.To();

    public MigrateVerifyVerb()
        : base(
            "verify",
            "Compares the old table with the new one, after completion what the run removed: 0 equal, 10 different, 11 could not compare.",
            "migrate verify"
        )
    {
        Arguments.Add(_name);
        foreach (Option option in (Option[])[_sinceLast, _parity, _from, _to])
        {
            Options.Add(option);
        }

        Validators.Add(call =>
        {
            if (call.GetValue(_sinceLast) && call.GetValue(_parity))
            {
                call.AddError("--since-last and --parity exclude each other");
            }
        });
    }

    public override async Task<int> RunAsync(Session session, ParseResult parse, CancellationToken cancellation)
    {
        var database = await session.DatabaseAsync(cancellation);
        var run = (await RunPick.RequireHereAsync(database, parse.GetValue(_name), cancellation)).Run;
        var scope =
            parse.GetValue(_sinceLast) ? VerificationScope.SinceLast
            : parse.GetValue(_parity) ? VerificationScope.Parity
            : VerificationScope.Full;
        if (run.State == RunState.Completed && scope == VerificationScope.Full)
        {
            return await RemovedAsync(session, database, run, cancellation);
        }

        var range = await RangeAsync(database, parse.GetValue(_from), parse.GetValue(_to), cancellation);
        var verifications = new TableVerification(database);
        var found = await verifications.UnderWayAsync(run.Name, scope, cancellation);
        if (found is not null && (range is null || range == found.Range))
        {
            session.Note($"going on with verification {found.Id}, which is at {found.Position}");
        }
        else
        {
            found = await verifications.FindAsync(
                await verifications.StartAsync(run.Name, run.Symbol, scope, range, cancellation),
                cancellation
            );
        }

        using (var progress = new Progress(session.Host, "verify", "bars"))
        {
            while (found!.State == VerificationState.Running)
            {
                found = await verifications.AdvanceAsync(found.Id, cancellation);
                progress.Report(found.Compared, null, $"at {found.Position}");
            }
        }

        var fresh = await verifications.IsFreshAsync(found, cancellation);
        if (session.Json)
        {
            VerificationOutput.WriteJson(session, found, fresh);
        }
        else
        {
            VerificationOutput.Write(session, found, fresh);
        }

        return found.State switch
        {
            VerificationState.Equal => ExitCode.Done,
            VerificationState.Different => ExitCode.Differs,
            _ => ExitCode.NotCompared,
        };
    }

    // The old table is empty by then: what the run removed from it is what has to stand in the new one.
    static async Task<int> RemovedAsync(Session session, NpgsqlDataSource database, Run run, CancellationToken cancellation)
    {
        var found = await RemovedComparison.ReadAsync(database, run, cancellation);
        if (session.Json)
        {
            VerificationOutput.WriteJson(session, run, found);
        }
        else
        {
            VerificationOutput.Write(session, run, found);
        }

        return found.State switch
        {
            VerificationState.Equal => ExitCode.Done,
            VerificationState.Different => ExitCode.Differs,
            _ => ExitCode.NotCompared,
        };
    }

    static async Task<TimeRange?> RangeAsync(NpgsqlDataSource database, UtcTime? from, UtcTime? to, CancellationToken cancellation) =>
        (from, to) switch
        {
            (null, null) => null,
            ({ } first, null) => Values.Range(first, await database.NowAsync(cancellation)),
            (null, { } end) => Values.Range(UtcTime.At(1970, 1, 1), end),
            ({ } first, { } end) => Values.Range(first, end),
        };
}
